"""Visitors at a steady rate through the ingress controller, from before a change until five seconds after it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from testkit.load import Failure, Load
from testkit.wait import NotYet, until
from tests.k8s.support.site import Site

# Visits a second. New visitors find a listener that is late or gone too early, the others connections that are cut.
NEW, KEPT = 60, 45
RATE = NEW + KEPT

_CALM_SECONDS = 1
_AFTERWARDS_SECONDS = 5

# Seconds for answers that a busy machine holds up.
_PATIENCE = 120


class Traffic:
    """Several loads that count as one."""

    def __init__(self, loads: Sequence[Load]) -> None:
        self.loads = loads

    @property
    def attempted(self) -> int:
        return sum(load.attempted for load in self.loads)

    @property
    def answered(self) -> int:
        return sum(load.answered for load in self.loads)

    @property
    def failures(self) -> list[Failure]:
        """The failed visits, the one that was due first at the head."""
        return sorted((failure for load in self.loads for failure in load.failures), key=lambda one: one.at)

    @property
    def under_way(self) -> int:
        return sum(load.under_way for load in self.loads)

    @property
    def now(self) -> float:
        """Seconds since the start, as failures count them."""
        return min(load.now for load in self.loads)

    @contextmanager
    def settling(self) -> Iterator[None]:
        """Wait until visits have been answered for five seconds from here; what is done inside is part of them."""
        goal = self._in(_AFTERWARDS_SECONDS)
        yield
        self._wait(goal, "for five seconds after the change")

    def settle(self) -> None:
        """Wait until visits have been answered for five seconds more."""
        with self.settling():
            pass

    def begin(self) -> None:
        """Wait until the first second's visits have been answered."""
        self._wait(self._in(_CALM_SECONDS), "before the change")

    def summary(self) -> str:
        """Return the counted numbers in a line."""
        failed = self.failures
        slowest = max(load.slowest for load in self.loads)
        told = f"{self.attempted} sent, {len(failed)} failed, slowest {slowest * 1e3:.0f} ms"
        each = "; ".join(f"{kind}: {load.summary()}" for kind, load in zip(("new", "kept"), self.loads, strict=False))
        return f"{told}{f', first failure: {failed[0]}' if failed else ''} ({each})"

    def assert_none_failed(self, why: str) -> None:
        """Raise AssertionError with all numbers if a visit failed, or none was made."""
        assert self.attempted, "no visit was made at all"
        assert not self.failures, f"{len(self.failures)} of {self.attempted} visits failed {why}: {self.summary()}"

    def _in(self, seconds: int) -> int:
        return self.answered + RATE * seconds

    def _wait(self, goal: int, why: str) -> None:
        enough = lambda: self.answered >= goal or NotYet(f"{goal - self.answered} to come")  # noqa: E731
        until(enough, timeout=_PATIENCE, every=0.05, why=f"visits to be answered {why}")


@contextmanager
def traffic(site: Site, slug: str) -> Iterator[Traffic]:
    """Follow a link 105 times a second, as new visitors and as ones that keep their connections."""
    with ExitStack() as stack:
        new = stack.enter_context(site.visits(slug, NEW))
        kept = stack.enter_context(site.visits(slug, KEPT, keep_alive=True))
        visitors = Traffic([new, kept])
        visitors.begin()
        yield visitors
