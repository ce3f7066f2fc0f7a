"""What became of each run of tests: only what ran to its end, with all of it passed, is green."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from testkit import junit
from testkit.junit import BrokenReport, Suite
from testkit.report.table import Run


class State(Enum):
    """In the order in which a reader must know of them. `tone` is the page's class."""

    FAILED = "failed"
    UNREADABLE = "unreadable"
    INCOMPLETE = "incomplete"
    NOT_RUN = "not run"
    PASSED = "passed"

    @property
    def tone(self) -> str:
        """Return ok, wait or no."""
        return {State.PASSED: "ok", State.FAILED: "no", State.UNREADABLE: "no"}.get(self, "wait")


@dataclass(frozen=True)
class Result:
    """A run, and what its file says. `why` tells what is wrong with a file that cannot be read."""

    run: Run
    suite: Suite | None = None
    written: datetime | None = None
    why: str = ""

    @property
    def state(self) -> State:
        """Return what became of the run."""
        if self.why:
            return State.UNREADABLE
        if self.suite is None:
            return State.NOT_RUN
        if self.suite.of(junit.FAILED):
            return State.FAILED
        return State.INCOMPLETE if self.missed or not self.suite.of(junit.PASSED) else State.PASSED

    @property
    def missed(self) -> int:
        """Tests that were to run, and did not: the run was stopped, or a file of tests could not be read."""
        return max(0, self.suite.exist - self.suite.deselected - len(self.suite.cases)) if self.suite else 0

    def count(self, outcome: str) -> int:
        """Return how many tests came out so."""
        return len(self.suite.of(outcome)) if self.suite else 0


def collect(runs: Iterable[Run], folder: Path, since: float = 0) -> list[Result]:
    """Read each run's file in the folder; files that are older than `since` (Unix seconds) are not there."""
    found = [_result(run, folder / run.file, since) for run in runs]
    there = {each.run.file for each in found if each.suite}
    return [each for each in found if each.run.within not in there]


def worst(results: Sequence[Result]) -> State:
    """Return the state that counts for all of them."""
    order = list(State)
    return min((each.state for each in results), key=order.index, default=State.NOT_RUN)


def _result(run: Run, file: Path, since: float) -> Result:
    if not file.is_file() or file.stat().st_mtime < since:
        return Result(run)
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    try:
        return Result(run, junit.read(file), written)
    except BrokenReport as error:
        return Result(run, None, written, str(error))
