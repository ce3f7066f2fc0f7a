"""Programs that a recipe is made of, built from Go modules: `kube/<part>` has a `go.mod` and a script `build OUT`.

A Dockerfile says which it needs by `COPY --from=<part>`, and gets the part's folder as a build context of that name.
What was built lies in the cache under a hash of the part's files, so that it is built once a version.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from offline.commands import run, run_visibly

PARTS = Path(__file__).parent / "kube"
HASH_DIGITS = 12
_COPIED = re.compile(r"^COPY .*--from=(\S+)", re.MULTILINE)
_NEEDS = Path(__file__).parent.parent / "bootstrap" / "need"


def parts_of(dockerfile: Path) -> list[str]:
    """Return the parts that a Dockerfile copies from; its own build stages are none."""
    return sorted({name for name in _COPIED.findall(dockerfile.read_text()) if (PARTS / name / "build").is_file()})


def hash_of(*texts: str, folders: Iterable[Path], root: Path) -> str:
    """Return the hash of some texts and of all files below some folders, wherever the checkout is."""
    digest = hashlib.sha256("\0".join(texts).encode())
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{file.relative_to(root)}\0{file.stat().st_mode & 0o111}\0".encode())
            digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()[:HASH_DIGITS]


def part_hash(name: str) -> str:
    """Return the hash of everything that a part is built from."""
    return hash_of(folders=[PARTS / name], root=PARTS)


def build(name: str, cache: Path) -> Path:
    """Return the folder with what a part builds; build it when it is not in the cache.

    Raises CommandFailed.
    """
    built = cache / "parts" / f"{name}-{part_hash(name)}"
    if built.is_dir():
        return built
    run(_NEEDS, "go")
    built.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=built.parent, prefix=f".{name}-") as scratch:
        draft = Path(scratch) / "out"
        draft.mkdir()
        # Static, so that a program runs in an image that has nothing else; -v names each package for the progress.
        settings = {"CGO_ENABLED": "0", "GOFLAGS": "-v -trimpath -buildvcs=false -mod=readonly", "GOWORK": "off"}
        run_visibly(name, "./build", draft, folder=PARTS / name, settings={**os.environ, **settings})
        # Moved into place when it is whole: two runs at once do no harm.
        if not built.exists():
            shutil.move(draft, built)
    return built
