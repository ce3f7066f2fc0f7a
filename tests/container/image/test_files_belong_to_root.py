"""Could the app's user change its own code, or become somebody else?"""

import pytest

from tests.container.image.filesystem import Entry, listed

APP_USER = 10001

# Setuid, setgid and sticky bits of a mode.
_SETUID_OR_SETGID = 0o6000
_STICKY = 0o1000


@pytest.mark.parametrize("folder", ["/app", "/venv"])
def test_code_belongs_to_root(entries: list[Entry], folder: str) -> None:
    """Red: whoever gets the app to write a file can change what it runs next time."""
    below = [entry for entry in entries if entry.is_below(folder)]
    assert below, f"{folder} is not in the image"
    wrong = [entry for entry in below if (entry.uid, entry.gid) != (0, 0) or entry.is_writable_by(APP_USER)]
    assert not wrong, f"{folder} must belong to root and be writable by nobody else:\n{listed(wrong)}"


@pytest.mark.parametrize("folder", ["/app", "/venv"])
def test_code_can_be_read_by_the_app(entries: list[Entry], folder: str) -> None:
    """Red: a strict umask on the machine that built the image makes it fail to start elsewhere."""
    closed = [
        entry
        for entry in entries
        if entry.is_below(folder) and not entry.is_link and entry.mode & (0o005 if entry.is_folder else 0o004) == 0
    ]
    assert not closed, f"user {APP_USER} cannot read:\n{listed(closed)}"


def test_no_file_changes_who_runs_it(entries: list[Entry]) -> None:
    """Red: a setuid program is a way from the app's user to root."""
    found = [entry for entry in entries if entry.is_file and entry.mode & _SETUID_OR_SETGID]
    assert not found, f"setuid or setgid files:\n{listed(found)}"


def test_nothing_is_writable_by_everybody(entries: list[Entry]) -> None:
    """Red: on a root that is not read-only, the app's user could plant a file where root looks."""
    wide = [entry for entry in entries if not entry.is_link and entry.mode & 0o002]
    wrong = [entry for entry in wide if not (entry.is_folder and entry.mode & _STICKY)]
    assert not wrong, f"world-writable, and no sticky folder such as /tmp:\n{listed(wrong)}"


def test_the_app_owns_nothing_but_the_places_for_secrets(entries: list[Entry]) -> None:
    """Red: the app has a place in the image where it could keep something, and read-only roots break it."""
    own = [entry for entry in entries if APP_USER in (entry.uid, entry.gid)]
    wrong = [entry for entry in own if entry.path.parts[1] != "secrets" or not entry.is_folder]
    assert not wrong, f"belongs to user {APP_USER}:\n{listed(wrong)}"
