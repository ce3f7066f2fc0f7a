"""A repository with results, for the tests of the page: JUnit files as pytest writes them, and the command on it."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from testkit.report.__main__ import main

TABLE = """
title = "Shop"
coverage = "coverage.xml"
more = ["plan-review/*/index.html"]

[tools]
Nothing = "no-such-tool --version"

[[layer]]
name = "unit"
title = "Unit"
asks = "Does the code hold?"
runs = [{ file = "unit.xml", verb = "make test-unit" }]

[[layer]]
name = "k8s"
title = "Cluster"
asks = "Does the release hold?"
runs = [
    { file = "static.xml", verb = "make test-static", part = "manifests", within = "k8s.xml" },
    { file = "k8s.xml", verb = "make test-k8s", part = "live" },
]
"""


@dataclass(frozen=True)
class Test:
    """A test's entry in the file; `body` is what stands in it besides the properties."""

    __test__ = False

    nodeid: str
    body: str = ""
    seconds: float = 0.1
    question: str = "Does it hold?"
    fault: str = "Red: it breaks."

    def xml(self) -> str:
        """The entry."""
        told = {"nodeid": self.nodeid, "question": self.question, "fault": self.fault}
        entry = f'<testcase classname="c" name="n" time="{self.seconds}">'
        return f"{entry}{properties(told)}{self.body}</testcase>"


def properties(told: Mapping[str, str | int]) -> str:
    """What pytest's file knows beside the results."""
    pairs = (f"<property name={quoteattr(name)} value={quoteattr(str(text))}/>" for name, text in told.items())
    return f"<properties>{''.join(pairs)}</properties>"


def failure(message: str, details: str = "") -> str:
    """What stands in a failed test's entry."""
    return f"<failure message={quoteattr(message)}>{escape(details)}</failure>"


def passed(name: str = "test_it_holds") -> Test:
    """A test that passed."""
    return Test(f"tests/unit/test_it.py::{name}")


def failed(
    message: str = "AssertionError: 1 visit is missing", details: str = "", name: str = "test_it_counts"
) -> Test:
    """A test that failed."""
    return Test(f"tests/unit/test_it.py::{name}", failure(message, details))


class Stand:
    """The repository and the command."""

    def __init__(self, root: Path, printed: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.folder = root / "reports"
        self._printed = printed
        self.folder.mkdir()
        (root / "layers.toml").write_text(TABLE)

    def suite(
        self, file: str, tests: Sequence[Test], *, exist: int | None = None, deselected: int = 0, age: int = 0
    ) -> None:
        """Write a JUnit file that is so many seconds old."""
        numbers = {"tests-exist": len(tests) if exist is None else exist, "tests-deselected": deselected}
        target = self.folder / file
        suite = f'<testsuite time="12.3">{properties(numbers)}{"".join(test.xml() for test in tests)}</testsuite>'
        target.write_text(f"<testsuites>{suite}</testsuites>")
        then = target.stat().st_mtime - age
        os.utime(target, (then, then))

    def all_green(self) -> None:
        """Every run passed."""
        for file in ("unit.xml", "k8s.xml"):
            self.suite(file, [passed()])

    def run(self, *arguments: str) -> tuple[int, str]:
        """Write the page; return the exit code and what was printed."""
        code = main(["layers.toml", *arguments])
        printed = self._printed.readouterr()
        return code, printed.out + printed.err

    @property
    def html(self) -> str:
        """The page."""
        return (self.folder / "index.html").read_text()

    @property
    def text(self) -> str:
        """The page as its reader sees it, folded parts and all."""
        text = re.sub(r"<style>.*?</style>", "", self.html, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())

    @property
    def tone(self) -> str:
        """The verdict's tone: ok, wait or no."""
        found = re.search(r'class="verdict (\w+)"', self.html)
        return found[1] if found else "no verdict"
