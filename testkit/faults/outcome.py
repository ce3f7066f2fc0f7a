"""What one run of a layer's commands said, and the verdict that follows from it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from testkit.faults.catalogue import Entry
from testkit.junit import message_of

CAUGHT = "CAUGHT"
MISNAMED = "MISNAMED"
SURVIVED = "SURVIVED"
HARMLESS_OK = "HARMLESS OK"
FALSE_ALARM = "FALSE ALARM"
INVALID = "INVALID"
VERDICTS = (CAUGHT, MISNAMED, SURVIVED, HARMLESS_OK, FALSE_ALARM, INVALID)
GOOD = frozenset({CAUGHT, HARMLESS_OK})

LONGEST_LINE = 200
"""Characters of a message's line in a report: the rest is for whoever runs the test."""

PYTEST_FOUND_NO_TESTS = 5
"""https://docs.pytest.org/en/stable/reference/exit-codes.html"""


@dataclass(frozen=True)
class Failure:
    """What failed (a test's id, or a command) and what it said."""

    test: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """The end of one run: green, or the failures; `broken` says why the run itself means nothing."""

    seconds: float
    failures: tuple[Failure, ...] = ()
    broken: str = ""


@dataclass(frozen=True)
class Result:
    """The verdict on one entry. `seconds` is the time to the verdict, `line` the first line of what was said."""

    id: str
    kind: str
    layer: str
    verdict: str
    test: str = ""
    seconds: float = 0.0
    line: str = ""
    production: str = ""

    @property
    def good(self) -> bool:
        return self.verdict in GOOD

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def judge(entry: Entry, outcome: Outcome) -> Result:
    """Return the verdict on `entry`, whose edit led to `outcome`."""
    if outcome.broken:
        return result(entry, INVALID, seconds=outcome.seconds, line=outcome.broken)
    if not outcome.failures:
        return result(entry, SURVIVED if entry.is_fault else HARMLESS_OK, seconds=outcome.seconds)
    named = [failure for failure in outcome.failures if entry.named_in(failure.message)]
    failure = (named or outcome.failures)[0]
    red = CAUGHT if named else MISNAMED
    return result(
        entry, red if entry.is_fault else FALSE_ALARM, failure.test, outcome.seconds, _telling_line(entry, failure)
    )


def result(entry: Entry, verdict: str, test: str = "", seconds: float = 0.0, line: str = "") -> Result:
    """Return a result of `entry`."""
    return Result(entry.id, entry.kind, entry.layer, verdict, test, round(seconds, 1), line, entry.production)


def failures_in(junit: Path) -> tuple[Failure, ...]:
    """Return what failed according to a JUnit file; nothing when there is no file, because the run died before."""
    if not junit.is_file() or not junit.stat().st_size:
        return ()
    found = []
    for case in ET.parse(junit).getroot().iter("testcase"):  # noqa: S314  # our own pytest wrote it
        found += [
            Failure(_test_id(case), message_of(trouble)) for trouble in case if trouble.tag in {"failure", "error"}
        ]
    return tuple(found)


def _test_id(case: ET.Element) -> str:
    file, classname, name = case.get("file", ""), case.get("classname", ""), case.get("name", "")
    if not file or not classname:
        return file or "::".join(part for part in (classname, name) if part)
    inner = classname.removeprefix(file.removesuffix(".py").replace("/", ".")).strip(".")
    return "::".join(part for part in (file, *inner.split("."), name) if part)


def _telling_line(entry: Entry, failure: Failure) -> str:
    lines = [line.strip() for line in failure.message.splitlines() if line.strip()]
    first = lines[0] if lines else "(no message)"
    naming = next((line for line in lines if entry.named_in(line)), first)
    telling = [first] if entry.named_in(first) or naming == first else [first, naming]
    return " … ".join(line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "…" for line in telling)
