"""The repository of a run: a clone of HEAD in a folder of its own, in which commits can be made."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from testkit import process

ROOT = Path(__file__).resolve().parents[2]
"""The repository that this is a part of."""

_TIMEOUT = 60
_AUTHOR = ("-c", "user.name=e2e", "-c", "user.email=e2e@strata.example.org")


class GitFailed(RuntimeError):
    """Git refused a command; the message carries its words."""


class Clone:
    """A clone that nobody else uses."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.folder = folder
        _git("clone", "--quiet", "--no-hardlinks", str(source), str(folder))

    def commit(self, subject: str, files: Mapping[str, str]) -> str:
        """Write files, text by path, commit them, and return the commit."""
        for path, text in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        self._here("add", "--all", "--force", *files)
        self._here(*_AUTHOR, "commit", "--quiet", f"--message={subject}")
        return self._here("rev-parse", "HEAD").strip()

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _here(self, *arguments: str) -> str:
        return _git("-C", str(self.folder), *arguments)


def changed(source: Path) -> list[str]:
    """Return what a clone of HEAD will not have: files that are changed or new in the working tree."""
    return _git("-C", str(source), "status", "--porcelain").splitlines()


def _git(*arguments: str) -> str:
    done = process.run(["git", *arguments], timeout=_TIMEOUT)
    if done.code:
        raise GitFailed(f"git {' '.join(arguments)} ended with code {done.code}: {done.output.strip()}")
    return done.output
