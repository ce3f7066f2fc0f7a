"""Count the tests that ran against those that exist, and let nothing be skipped unseen in CI.

At the end of a session one line says, for instance:

    ran 40 of 43 tests; deselected 2: tests/a.py::test_x, tests/a.py::test_y; skipped 1: tests/b.py::test_z (no Docker)

"Exist" means: found in the paths that pytest was asked for, before `-k`, `-m` and the like take some out. With the
environment variable `CI` set to `true`, a skipped test is a failure: on a developer's machine a tool may be missing, in
CI that would switch off a whole layer and stay green.
"""

import os
from collections.abc import Generator, Sequence
from typing import Any

import pytest

NAMES_SHOWN = 3
"""Tests named for each group in the line; `pytest -rs` lists all skipped ones."""

EXIST, DESELECTED = "tests-exist", "tests-deselected"
"""Names under which the numbers stand in the JUnit file's properties, for whoever reports on it."""

FORBIDDEN = "testkit_forbidden_skip"
"""Attribute of a report that was turned from skipped to failed; pytest-xdist carries it to the controller."""


class Census:
    """One session's counts; with pytest-xdist the controller adds up what its workers send."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.strict = os.environ.get("CI") == "true"
        self.selected = 0
        self.deselected: list[str] = []
        self.skipped: dict[str, str] = {}
        self.unreadable: set[str] = set()
        self.ran: set[str] = set()

    # What exists

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self.deselected += [item.nodeid for item in items]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.selected = len(session.items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped or hasattr(report, FORBIDDEN):
            self.skipped[report.nodeid] = getattr(report, FORBIDDEN, None) or _reason(report)
        elif report.failed:
            self.unreadable.add(report.nodeid)

    # What ran

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if _was_skipped(report) or hasattr(report, FORBIDDEN):
            self.skipped[report.nodeid] = getattr(report, FORBIDDEN, None) or _reason(report)
        elif report.when == "call" or report.failed:
            self.ran.add(report.nodeid)

    # In CI

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if self.strict and _was_skipped(report):
            _forbid(report)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if self.strict and report.skipped:
            _forbid(report)
        return report

    # Workers of pytest-xdist: each collects everything, and sends it when it leaves.

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        # Loaded since long, but not when the plugin is; it is how pytest's own record_testsuite_property does it.
        from _pytest.junitxml import xml_key  # noqa: PLC0415

        # Before the file is written; a worker has none.
        if file := self.config.stash.get(xml_key, None):
            file.add_global_property(EXIST, self.exist)
            file.add_global_property(DESELECTED, len(self.deselected))
        if hasattr(self.config, "workeroutput"):
            modules = {name: why for name, why in self.skipped.items() if "::" not in name}
            self.config.workeroutput["testkit_census"] = [
                self.selected,
                self.deselected,
                modules,
                sorted(self.unreadable - {""}),
            ]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        # Known before the first test runs: a worker that is stopped sends nothing when it leaves.
        self.selected = len(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        sent = getattr(node, "workeroutput", {}).get("testkit_census")
        if sent:
            self.selected, self.deselected, modules, unreadable = sent
            self.skipped |= modules
            self.unreadable = (self.unreadable | set(unreadable)) - set(modules)

    # The line

    @property
    def exist(self) -> int:
        """Tests in the paths that pytest was asked for."""
        return self.selected + len(self.deselected)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
        # Outermost, so that only pytest's own closing line comes after it.
        yield
        if not self.config.option.collectonly:
            terminalreporter.write_line(self.line())

    def line(self) -> str:
        """Return the census in one line."""
        # A module that skips itself is one entry: nobody knows how many tests it holds.
        skipped_modules = [name for name in self.skipped if "::" not in name]
        skipped = {name: why for name, why in self.skipped.items() if name not in self.ran}
        missed = self.selected - len(self.ran) - (len(skipped) - len(skipped_modules))
        parts = [
            f"ran {len(self.ran)} of {self.exist} {'test' if self.exist == 1 else 'tests'}",
            _group("deselected", self.deselected),
            _group("skipped", [f"{name} ({why})" if why else name for name, why in skipped.items()]),
            _group("not readable", sorted(self.unreadable)),
            f"not reached {missed}" if missed > 0 else "",
        ]
        return "; ".join(part for part in parts if part)


def _group(title: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{title} {len(names)}: {', '.join(names[:NAMES_SHOWN])}{more}"


def _was_skipped(report: pytest.TestReport) -> bool:
    return report.skipped and not hasattr(report, "wasxfail")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if not isinstance(report.longrepr, tuple):
        return ""
    return " ".join(str(report.longrepr[2]).removeprefix("Skipped: ").split())


def _forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = _reason(report) or "no reason given"
    setattr(report, FORBIDDEN, reason)
    report.outcome = "failed"
    report.longrepr = (
        f"{report.nodeid} was skipped: {reason}. In CI (CI=true) a skipped test is a failure, because there a missing "
        "tool is a failure: install what the test needs, or delete the test."
    )
