"""A docker and a git that only say what they are told to, and write down what they were asked."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Said = Callable[[str, str], None]


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """The file with every command of docker, a line each."""
    return tmp_path / "asked"


@pytest.fixture
def docker(tmp_path: Path, asked: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Make docker answer: `docker("push", "exit 1")` runs a line of shell for commands that begin so."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "docker").write_text(
        f'#!/bin/sh\necho "$*" >>{asked}\nfor word in "$1-$2" "$1"; do\n'
        f'    [ ! -e "{folder}/docker-$word" ] || exec sh "{folder}/docker-$word"\ndone\n'
    )
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def answers(words: str, line: str) -> None:
        (folder / f"docker-{words.replace(' ', '-')}").write_text(line)

    return answers
