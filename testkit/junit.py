"""Results as pytest writes them with `--junitxml`, as values.

    suite = junit.read(Path("reports/unit.xml"))
    [case.nodeid for case in suite.cases if case.outcome == junit.FAILED]

Questions and faults are there when the plugin was (`testkit.questions`), the census too. Texts are redacted as they are
read: what a failing assertion shows of a password goes no further.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from testkit import census, questions
from testkit.evidence import redacted

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


class BrokenReport(ValueError):
    """A file is not what pytest writes; the message names it."""


@dataclass(frozen=True)
class Case:
    """One test. `message` is what pytest said, `details` the traceback; of a skipped test the reason."""

    nodeid: str
    outcome: str
    seconds: float
    question: str = ""
    fault: str = ""
    message: str = ""
    details: str = ""


@dataclass(frozen=True)
class Suite:
    """One session. `exist` counts the tests in the paths that pytest was asked for, `deselected` those left out."""

    cases: tuple[Case, ...]
    seconds: float
    exist: int
    deselected: int

    def of(self, outcome: str) -> list[Case]:
        """Return the cases with this outcome."""
        return [case for case in self.cases if case.outcome == outcome]


def read(file: Path) -> Suite:
    """Read a file. Raises BrokenReport."""
    try:
        root = ET.parse(file).getroot()  # noqa: S314  # our own pytest wrote it
        suite = root if root.tag == "testsuite" else root.find("testsuite")
        if suite is None:
            raise BrokenReport(f"{file} is no JUnit report: its root is <{root.tag}>, without a <testsuite>")
        return _suite(suite)
    except (ET.ParseError, ValueError) as error:
        if isinstance(error, BrokenReport):
            raise
        raise BrokenReport(f"{file} cannot be read as a JUnit report: {error}") from error


def message_of(trouble: ET.Element) -> str:
    """Return the message without the traceback, in which the source of a test would name anything.

    For a module that cannot be imported pytest gives no message, only the traceback.
    """
    message = trouble.get("message", "")
    if message != "collection failure":
        return message
    return what_pytest_said(trouble.text or "")


def what_pytest_said(text: str) -> str:
    """Return the lines of a traceback that pytest marks with E; all of it when there are none."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return "\n".join(marked) or text.strip()


def _suite(suite: ET.Element) -> Suite:
    told = _properties(suite)
    # A test that fails and then cannot be torn down has two entries; it is one test, and it failed.
    cases: dict[str, Case] = {}
    for case in map(_case, suite.iter("testcase")):
        if case.nodeid not in cases or case.outcome == FAILED != cases[case.nodeid].outcome:
            cases[case.nodeid] = case
    exist = int(told.get(census.EXIST, len(cases)))
    return Suite(tuple(cases.values()), _seconds(suite), exist, int(told.get(census.DESELECTED, 0)))


def _case(case: ET.Element) -> Case:
    told = _properties(case)
    name = "::".join(part for part in (case.get("classname", ""), case.get("name", "")) if part)
    nodeid = told.get(questions.NODEID, name)
    bad = [child for child in case if child.tag in {"failure", "error"}]
    skipped = case.find("skipped")
    trouble = bad[0] if bad else skipped
    return Case(
        nodeid,
        FAILED if bad else PASSED if skipped is None or skipped.get("type") == "pytest.xfail" else SKIPPED,
        _seconds(case),
        redacted(told.get(questions.QUESTION, "")),
        redacted(told.get(questions.FAULT, "")),
        "" if trouble is None else redacted(message_of(trouble)),
        "" if trouble is None else redacted(trouble.text or ""),
    )


def _properties(element: ET.Element) -> dict[str, str]:
    return {one.get("name", ""): one.get("value", "") for one in element.findall("properties/property")}


def _seconds(element: ET.Element) -> float:
    return float(element.get("time", "0").replace(",", ""))
