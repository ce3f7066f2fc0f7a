"""What coverage counts. All of Python takes half as long again with it, so it works only where something counts.

That is while a test of the app is called: not while pytest collects, prepares and reports, nor in tests of other
things. Random examples do not count, as what they reach differs from run to run; nor does a child, unless a test asks
for it, as a Python that only starts takes twice as long.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import links
import ops

# What coverage's `patch = ["subprocess"]` hands down.
_HANDED_DOWN = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")

_UNIT = Path(__file__).parents[1]


class Counting:
    """Coverage, at work only inside `of`; nothing happens where it does not run.

    It is taken off this thread and put back: to stop and start it anew would look at all loaded modules each time.
    """

    def __init__(self) -> None:
        self._tracer = sys.gettrace()
        if self._tracer is not None:
            _import_all()
            sys.settrace(None)

    @contextmanager
    def of(self, item: pytest.Item) -> Iterator[None]:
        """Count what a test does, if it is one that counts."""
        if self._tracer is None or not _counts(item):
            yield
            return
        sys.settrace(self._tracer)
        try:
            yield
        finally:
            sys.settrace(None)


def _import_all() -> None:
    """What a module does when it is imported, it does only once."""
    for package in (ops, links):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)


def _counts(item: pytest.Item) -> bool:
    is_random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return item.path.parent == _UNIT and not is_random and item.get_closest_marker("uncounted") is None


def leave_children_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children are not counted from here on, until `monkeypatch` is undone."""
    for name in _HANDED_DOWN:
        monkeypatch.delenv(name, raising=False)
