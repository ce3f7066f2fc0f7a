"""Where the flusher is killed: named points between two steps, of which each leaves something else half done."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import cycle


class Boundary(StrEnum):
    TAKEN = "batch taken from Redis"
    READ = "batch read"
    MARKED = "mark inserted"
    ADDED = "mark inserted, counts added"
    BEFORE_COMMIT = "batch: before COMMIT"
    AFTER_COMMIT = "batch: after COMMIT, before the drop"
    DROPPED = "batch dropped"
    HITS_ADDED = "table of hits: counts added, rows not deleted"
    HITS_BEFORE_COMMIT = "table of hits: before COMMIT"
    HITS_AFTER_COMMIT = "table of hits: after COMMIT"
    RANDOM = "a random moment"


INSIDE_A_BATCH = (
    Boundary.AFTER_COMMIT,
    Boundary.BEFORE_COMMIT,
    Boundary.TAKEN,
    Boundary.MARKED,
    Boundary.ADDED,
    Boundary.READ,
)
ELSEWHERE = (
    Boundary.HITS_ADDED,
    Boundary.RANDOM,
    Boundary.HITS_BEFORE_COMMIT,
    Boundary.RANDOM,
    Boundary.HITS_AFTER_COMMIT,
    Boundary.DROPPED,
    Boundary.HITS_ADDED,
    Boundary.RANDOM,
)

# One kill in six is outside a batch: of 50 kills, 42 are inside, and each boundary is met at least once.
_ELSEWHERE_EVERY = 6


def plan(kills: int) -> Iterator[Boundary]:
    """Yields where each of `kills` kills happens."""
    inside, elsewhere = cycle(INSIDE_A_BATCH), cycle(ELSEWHERE)
    for number in range(1, kills + 1):
        yield next(elsewhere) if number % _ELSEWHERE_EVERY == 0 else next(inside)
