"""Looks for a folder of Terraform providers on this machine: HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/terraform-provider-….

`find("hashicorp/aws")` asks the folders that variables name, those where Terraform itself looks, then the usual places
for such things, a bounded number of folders deep and wide. What was found is remembered in the user's cache folder.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

HOST = "registry.terraform.io"

VARIABLES = ("TF_PLUGIN_MIRROR", "TF_PLUGIN_DIR", "TF_PLUGIN_CACHE_DIR")
"""Variables that may name such a folder; the last is Terraform's own."""

PLACES = ("~/.terraform.d", "/usr/local/share/terraform", "/usr/share/terraform", "/opt", "/srv", "/usr/local", "~")
"""Where people put them, the likeliest first."""

DEEPEST = 4
"""Folders between a place and HOST."""

MOST_FOLDERS = 20_000
"""A home folder may be enormous: looking through so many takes about a second."""


def find(provider: str) -> Path | None:
    """Return the folder that has a provider, such as `hashicorp/aws`, in any version; None where there is none."""
    memory = _memory() / f"mirror-of-{provider.replace('/', '-')}.json"
    try:
        known = Path(json.loads(memory.read_text())["folder"])
    except (OSError, ValueError, KeyError):
        known = Path("/nowhere")
    if _holds(known, provider):
        return known
    found = next((folder for folder in _candidates() if _holds(folder, provider)), None)
    if found:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({"folder": str(found)}))
    return found


def versions(folder: Path, provider: str) -> list[str]:
    """Return the versions of a provider in a folder."""
    return sorted({path.parents[1].name for path in _programs(folder, provider)})


def _holds(folder: Path, provider: str) -> bool:
    return any(True for _ in _programs(folder, provider))


def _programs(folder: Path, provider: str) -> Iterator[Path]:
    """Unpacked: VERSION/OS_ARCH/program; packed: terraform-provider-TYPE_VERSION_OS_ARCH.zip is found by its name."""
    return (folder / HOST / provider).glob(f"*/*/terraform-provider-{provider.rpartition('/')[2]}_*")


def _candidates() -> Iterator[Path]:
    for variable in VARIABLES:
        if os.environ.get(variable):
            yield Path(os.environ[variable])
    budget = [MOST_FOLDERS]
    for place in PLACES:
        yield from _below(Path(place).expanduser(), budget)


def _below(place: Path, budget: list[int]) -> Iterator[Path]:
    """Give each folder that has a folder HOST, level by level."""
    level = [place]
    for _ in range(DEEPEST + 1):
        deeper: list[Path] = []
        for folder in level:
            budget[0] -= 1
            if budget[0] < 0:
                return
            inner = _folders(folder)
            if folder / HOST in inner:
                yield folder
            deeper += [one for one in inner if one.name not in {"node_modules", ".git", "proc"}]
        level = deeper


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _memory() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "strata" / "terraform"
