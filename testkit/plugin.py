"""The pytest plugin: a census after each session, each test's question in its results, evidence, an orderly SIGTERM.

Loaded by its entry point at every start of pytest, before coverage measures: it imports nothing that is heavy.
It holds no assertions: PYTEST_DONT_REWRITE.
"""

import signal
import threading
from types import FrameType

import pytest

from testkit.census import Census
from testkit.evidence import Evidence
from testkit.questions import Questions


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("testkit")
    group.addoption("--keep", action="store_true", help="leave clusters and stacks up, and use them in the next run")
    group.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=slow)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes longer than its layer's budget; run with --slow")
    config.pluginmanager.register(Census(config), "testkit-census")
    config.pluginmanager.register(Evidence(), "testkit-evidence")
    config.pluginmanager.register(Questions(), "testkit-questions")
    # pytest turns Ctrl-C into an orderly end, and lets SIGTERM (a cancelled CI job) kill it with all fixtures open.
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _end_in_order)
        config.add_cleanup(_restore_default)


def _restore_default() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end_in_order(number: int, _frame: FrameType | None) -> None:
    pytest.exit("SIGTERM: tearing down and leaving", returncode=128 + number)
