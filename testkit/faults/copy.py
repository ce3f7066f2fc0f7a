"""Working copies: the files that Git would commit now, without anything that earlier runs left behind."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

STATE_FOLDERS = frozenset({".git", ".strata", ".venv", "reports", "__pycache__"})
"""Left out where there is no Git to ask."""


def files_of(root: Path) -> list[Path]:
    """Return the paths, relative to `root`, of tracked files and of new ones that are not ignored."""
    if not (root / ".git").exists():
        return sorted(
            path.relative_to(root)
            for path in root.rglob("*")
            if not path.is_dir() and STATE_FOLDERS.isdisjoint(path.relative_to(root).parts)
        )
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607  # git is where it is
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(listed.stdout.split("\0")) - {""})
    return [Path(name) for name in names if os.path.lexists(root / name)]


def digest(root: Path, files: Sequence[Path], *, without: Path) -> str:
    """Return a hash over names and content of `files`, except those in the folder `without`."""
    total = hashlib.sha256()
    for file in files:
        if not (root / file).is_relative_to(without):
            content = (root / file).read_bytes() if (root / file).is_file() else b""
            total.update(f"{file}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def make(root: Path, files: Sequence[Path], target: Path) -> None:
    """Copy `files` from `root` to the new folder `target`. Symbolic links stay links."""
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / file, target / file, follow_symlinks=False)


def remove_leftovers(folder: Path) -> None:
    """Remove copies of runs that were killed; a copy's name begins with the id of the process that made it."""
    for copy in folder.glob("*-*"):
        if not _runs(int(copy.name.split("-")[0])):
            shutil.rmtree(copy, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
