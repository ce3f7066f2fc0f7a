"""Visitors: threads that follow links for as long as they are let, and count what they were answered."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import requests

from benchmarks import stand
from testkit.wait import until

# Seconds between two visits of one visitor: the flusher and the servers share two cores with them.
_PAUSE = 0.01


@dataclass
class Tally:
    """Visits of one visitor: tried, and those of them that were answered with a redirect."""

    attempted: int = 0
    answered: int = 0


class Visitors:
    """Follows links at random until the `with` block is left.

    origin: of the server. paths: the links. number: threads.
    """

    def __init__(self, origin: str, paths: Sequence[str], number: int) -> None:
        self._urls = [origin + path for path in paths]
        self._tallies = [Tally() for _ in range(number)]
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._visit, args=(tally,), daemon=True) for tally in self._tallies]

    @property
    def attempted(self) -> int:
        return sum(tally.attempted for tally in self._tallies)

    @property
    def answered(self) -> int:
        return sum(tally.answered for tally in self._tallies)

    def wait_for(self, more: int, why: str) -> None:
        """Waits until `more` further visits have been answered. Raises WaitTimeout when they are not."""
        goal = self.answered + more
        until(lambda: self.answered >= goal, timeout=stand.PATIENCE, every=0.02, why=f"{more} visits answered {why}")

    def _visit(self, tally: Tally) -> None:
        with requests.Session() as session:
            session.headers.update(stand.PROXY_HEADERS)
            while not self._enough.wait(_PAUSE):
                tally.attempted += 1
                try:
                    answer = session.get(random.choice(self._urls), allow_redirects=False, timeout=10)  # noqa: S311
                except requests.RequestException:
                    continue
                if answer.status_code == 302:
                    tally.answered += 1

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()
