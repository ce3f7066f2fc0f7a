"""What happened, as a table, and whether the promise held."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.durability.boundaries import INSIDE_A_BATCH, Boundary
from benchmarks.durability.killer import Kill


@dataclass(frozen=True)
class Outcome:
    """Everything counted in a run.

    unknown: Redis commands that timed out, so that nobody knows whether they counted a visit.
    waiting: visits still in a queue after it was drained.
    """

    kills: Sequence[Kill]
    answered: int
    stored: int
    attempted: int
    unknown: int
    waiting: int

    def problems(self) -> list[str]:
        """Returns a sentence for everything that is not as promised; none when all is well."""
        found = []
        if self.waiting:
            found.append(f"{self.waiting} visits still wait in a queue that should be empty after the last flush")
        if lost := max(0, self.answered - self.stored):
            found.append(f"{lost} answered visits were lost: stored {self.stored} < answered {self.answered}")
        most = self.attempted + self.unknown
        if extra := max(0, self.stored - most):
            found.append(
                f"{extra} visits were counted more than once: stored {self.stored} > attempted {self.attempted} "
                f"+ unknown fate {self.unknown}"
            )
        meant = sum(kill.boundary in INSIDE_A_BATCH for kill in self.kills)
        if (inside := self._inside()) < meant:
            found.append(f"only {inside} kills were inside an open batch, where {meant} were meant to be")
        return found

    def markdown(self) -> str:
        at, inside = Counter(), Counter()  # type: Counter[Boundary], Counter[Boundary]
        for kill in self.kills:
            at[kill.boundary] += 1
            inside[kill.boundary] += kill.inside_a_batch
        return "\n".join(
            [
                "| flusher killed at | kills | of these inside an open batch |",
                "|---|--:|--:|",
                *(f"| {boundary} | {at[boundary]} | {inside[boundary]} |" for boundary in Boundary),
                f"| **all** | **{len(self.kills)}** | **{self._inside()}** |",
                "",
                "| visits answered | stored | attempted | commands of unknown fate |",
                "|--:|--:|--:|--:|",
                f"| {self.answered} | {self.stored} | {self.attempted} | {self.unknown} |",
            ]
        )

    def _inside(self) -> int:
        return sum(kill.inside_a_batch for kill in self.kills)
