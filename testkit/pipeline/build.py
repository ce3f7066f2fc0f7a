"""What a build did.

build.result                                  # SUCCESS, UNSTABLE, FAILURE, ABORTED; INVALID when it never began
build.stages["Deploy"]                        # the stage's own result, or "skipped: when conditional"
[event["files"] for event in build.events("archive")]
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True)
class Build:
    """A build that has ended.

    error: why it is not SUCCESS, where something was thrown.
    log: what a person would read.
    archive: the folder of what was archived.
    """

    result: str
    error: str | None
    log: str
    history: Sequence[Event]
    archive: Path

    def events(self, kind: str, stage: str | None = None) -> list[Event]:
        """Return what happened of a kind (`sh`, `post`, `stash`, …), all in all or in a stage."""
        return [one for one in self.history if one["event"] == kind and stage in {None, one["stage"]}]

    def commands(self, stage: str | None = None) -> list[str]:
        """Return what `sh` was given, in order."""
        return [one["script"] for one in self.events("sh", stage)]

    @property
    def stages(self) -> dict[str, str]:
        """Each stage that was come to: its own result, or why it was skipped."""
        return dict(self._stages())

    @property
    def ran(self) -> list[str]:
        """The stages that were not skipped, in the order in which they ended."""
        return [name for name, result in self._stages() if not result.startswith("skipped")]

    def _stages(self) -> Iterator[tuple[str, str]]:
        for one in self.history:
            if one["event"] == "finish":
                yield one["stage"], one["result"]
            elif one["event"] == "skip":
                yield one["stage"], f"skipped: {one['why']}"

    def __str__(self) -> str:
        """Tell the story in a few lines, for a message."""
        stages = ", ".join(f"{name} {result}" for name, result in self.stages.items())
        return f"{self.result}{f' ({self.error})' if self.error else ''}; {stages or 'no stage ran'}"
