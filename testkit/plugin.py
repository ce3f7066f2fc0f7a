"""The pytest plugin: a census after each session, evidence of each failure, and a clean end on SIGTERM.

Loaded by its entry point at every start of pytest, before coverage measures: it imports nothing that is heavy.
It holds no assertions: PYTEST_DONT_REWRITE.
"""

import signal
import threading
from types import FrameType

import pytest

from testkit.census import Census
from testkit.evidence import Evidence


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Census(config), "testkit-census")
    config.pluginmanager.register(Evidence(), "testkit-evidence")
    # pytest turns Ctrl-C into an orderly end, and lets SIGTERM (a cancelled CI job) kill it with all fixtures open.
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _end_in_order)
        config.add_cleanup(_restore_default)


def _restore_default() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end_in_order(number: int, _frame: FrameType | None) -> None:
    pytest.exit("SIGTERM: tearing down and leaving", returncode=128 + number)
