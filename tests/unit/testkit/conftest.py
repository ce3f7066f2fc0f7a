"""What the tests of the fault engine share: a project in a folder of its own, and the engine run on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from testkit.faults.__main__ import main

Faults = Callable[..., tuple[int, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a catalogue folder, which is also the current one."""
    (tmp_path / "faults").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def faults(project: Path, capsys: pytest.CaptureFixture[str]) -> Faults:
    """Run `python -m testkit.faults` in this process, on the project; returns exit code and all that was printed."""

    def run(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run
