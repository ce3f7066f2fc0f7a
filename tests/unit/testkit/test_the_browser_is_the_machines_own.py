"""Is the machine's own Chromium found, and its absence told in one line?"""

from pathlib import Path

import pytest

from testkit import browser


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return tmp_path


def install(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_headless_shell_comes_first(programs: Path) -> None:
    """Red: each page loads a user interface that nobody sees."""
    full = install(programs, "chromium")
    assert browser.program() == full
    shell = install(programs, "chromium-headless-shell")
    assert browser.program() == shell


def test_a_named_one_is_taken_and_no_other(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: somebody who asks for a certain Chromium is given another one."""
    install(programs, "chromium")
    monkeypatch.setenv("CHROMIUM", install(programs, "chromium-of-mine"))
    assert browser.program() == str(programs / "chromium-of-mine")
    monkeypatch.setenv("CHROMIUM", "chromium-of-yours")
    with pytest.raises(browser.NoBrowser, match=r"CHROMIUM=chromium-of-yours"):
        browser.program()


def test_none_is_told_with_what_was_looked_for(programs: Path) -> None:
    """Red: the browser's tests end in the traceback of a library."""
    with pytest.raises(browser.NoBrowser, match=r"chromium-headless-shell, chromium, .*CHROMIUM=/path"):
        browser.program()
