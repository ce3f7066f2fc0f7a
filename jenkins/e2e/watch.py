"""What the person who waits sees: a line when a stage begins and when it ends, and a table at the end."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from testkit.pipeline.build import Event
from testkit.progress import Say


@dataclass
class Watch:
    """One build: hears its events, and keeps its log with the seconds since its begin.

    left_out: commands that do not run for real; a stage that has one must not look as if it had passed.
    """

    log: TextIO
    tell: Say
    left_out: Collection[str] = ()
    begun: float = field(default_factory=time.monotonic)
    stages: list[tuple[str, str, float]] = field(default_factory=list)
    _open: dict[str, float] = field(default_factory=dict)
    _results: dict[str, str] = field(default_factory=dict)

    def say(self, line: str) -> None:
        """Write a line of the log."""
        self.log.write(f"{self.seconds:7.1f}  {line}\n")
        self.log.flush()

    def hear(self, event: Event) -> None:
        """Tell of a stage that begins or ends; one that is skipped before it has begun is silent."""
        kind, stage = event["event"], event["stage"]
        if kind == "start":
            self._open[stage] = time.monotonic()
            self._tell(f"{stage} …")
        elif kind == "sh" and event["script"] in self.left_out:
            self._results[stage] = "left out"
        elif kind == "skip" and stage in self._open:
            self._open.pop(stage)
            self._tell(f"{stage}: skipped")
        elif kind == "finish":
            took = time.monotonic() - self._open.pop(stage)
            result = str(self._results.get(stage, event["result"]))
            self.stages.append((stage, result, took))
            self._tell(f"{stage}: {result} after {took:.1f} s")

    @property
    def seconds(self) -> float:
        """Seconds since the build began."""
        return time.monotonic() - self.begun

    def _tell(self, line: str) -> None:
        self.tell(f"  {time.strftime('%H:%M:%S')}  {line}")


@dataclass(frozen=True)
class Check:
    """Something that must hold after a build. wrong: what was found instead, nothing where it holds."""

    claim: str
    wrong: str = ""

    def __str__(self) -> str:
        return f"WRONG {self.claim}: {self.wrong}" if self.wrong else f"ok {self.claim}"


@dataclass(frozen=True)
class Row:
    """What became of a build."""

    name: str
    result: str
    seconds: float
    stages: Sequence[tuple[str, str, float]]
    checks: Sequence[Check]

    @property
    def good(self) -> bool:
        """Whether all that must hold does."""
        return all(not check.wrong for check in self.checks)


def table(rows: Sequence[Row]) -> str:
    """Return the summary, as Markdown that can be read as it is."""
    lines = []
    for row in rows:
        lines += [
            f"## {row.name}: {row.result}, {row.seconds:.0f} s",
            "",
            "| stage | result | seconds |",
            "|---|---|---:|",
        ]
        lines += [f"| {stage} | {result} | {seconds:.1f} |" for stage, result, seconds in row.stages]
        lines += ["", *(f"- {check}" for check in row.checks), ""]
    return "\n".join(lines)


def keep(folder: Path, rows: Sequence[Row]) -> None:
    """Write the summary beside the logs."""
    (folder / "summary.md").write_text(f"{table(rows)}\n")
