"""Whether coverage counts what a test's children run: it makes a Python that only starts take twice as long."""

import pytest

# What coverage's `patch = ["subprocess"]` hands down.
_HANDED_DOWN = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


def leave_children_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here to the end of the test, children are not measured."""
    for name in _HANDED_DOWN:
        monkeypatch.delenv(name, raising=False)
