"""A constant rate of requests in the background, while something is being changed.

    with load.steady_load("http://localhost:8080/abc", rate=50, expect={302}) as traffic:
        deploy()
        traffic.wait_for(100, "after the deployment")
    traffic.assert_all_answered()
    traffic.assert_quick(within={95: 0.2})

The rate does not sink when answers become slow: each request has a moment at which it is due, and its time runs from
there, so that a hang of the server is seen in every request that it held up (Gil Tene's "coordinated omission").
Redirects are not followed.

Through an ingress controller, which chooses by the Host header:

    with load.steady_load("http://127.0.0.1:8080/abc", rate=100, expect={302}, headers={"Host": "shop.example"}) as …

Each request has a connection of its own, as a new visitor has. With `keep_alive` connections are used again, as a
browser or a proxy does (`testkit.client`); what had to be asked once more is no failure, and counted as `asked_again`.
Test both: the one finds a listener that is late or gone too early, the other connections that are cut in use.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from testkit.client import Client
from testkit.wait import until

THREADS = 32
"""Requests under way at once, at most; more would measure this process instead of the server."""


@dataclass(frozen=True)
class Failure:
    """An answer that was not expected, or none: what, and how many seconds after the start it was due."""

    what: str
    at: float
    url: str

    def __str__(self) -> str:
        return f"{self.what} at {self.at:.2f} s from {self.url}"


class Load:
    """What has been asked and answered so far; made by `steady_load`."""

    def __init__(  # as steady_load
        self,
        urls: Sequence[str],
        rate: float,
        expect: Collection[int],
        timeout: float,
        headers: Mapping[str, str] | None = None,
        keep_alive: bool = False,
    ) -> None:
        self.rate = rate
        self.expect = frozenset(expect)
        self.codes: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.failures: list[Failure] = []
        self._urls = [urlsplit(url) for url in urls]
        self._timeout = timeout
        self._headers = dict(headers or {})
        self._keep_alive = keep_alive
        self._clients: list[Client] = []
        self._ended: float | None = None
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self._turns = 0
        self._asked = 0
        self._begin = time.monotonic()

    @property
    def attempted(self) -> int:
        """Requests begun."""
        with self._lock:
            return self._asked

    @property
    def achieved(self) -> float:
        """Requests begun a second, so far or until the end; less than `rate` when this machine was too busy."""
        return self.attempted / max(0.001, (self._ended or time.monotonic()) - self._begin)

    @property
    def asked_again(self) -> int:
        """Requests that were sent twice, as the kept connection of the first was closed; they count once."""
        return sum(client.asked_again for client in self._clients)

    @property
    def under_way(self) -> int:
        """Requests begun and not ended."""
        with self._lock:
            return self._asked - self.codes.total()

    @property
    def answered(self) -> int:
        """Requests answered with an expected status."""
        with self._lock:
            return sum(self.codes[str(code)] for code in self.expect)

    @property
    def failed(self) -> int:
        """Requests with another answer, or none."""
        with self._lock:
            return self.codes.total() - sum(self.codes[str(code)] for code in self.expect)

    @property
    def first_failure(self) -> Failure | None:
        """The failed request that was due first; None when none failed."""
        with self._lock:
            return min(self.failures, key=lambda failure: failure.at, default=None)

    @property
    def now(self) -> float:
        """Seconds since the start, as `Failure.at` counts them."""
        return time.monotonic() - self._begin

    @property
    def slowest(self) -> float:
        """Seconds of the slowest request; 0 when there was none."""
        with self._lock:
            return max(self.seconds, default=0.0)

    def latest(self, number: int) -> list[float]:
        """Return the seconds of the requests that ended last; fewer when there are not so many."""
        with self._lock:
            return self.seconds[-number:]

    def percentile(self, percent: float) -> float:
        """Return the seconds within which so many percent of the requests ended."""
        with self._lock:
            ordered = sorted(self.seconds)
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0

    def summary(self) -> str:
        """Return all numbers in one line."""
        with self._lock:
            codes = ", ".join(f"{code}: {number}" for code, number in sorted(self.codes.items())) or "none"
        return (
            f"{self.attempted} requests at {self.achieved:.1f} of {self.rate:g} a second; answers {codes}; half within "
            f"{self.percentile(50) * 1e3:.0f} ms, 95 % within {self.percentile(95) * 1e3:.0f} ms, slowest "
            f"{self.slowest * 1e3:.0f} ms; first failure: {self.first_failure or 'none'}"
            f"{f'; asked again {self.asked_again}' if self.asked_again else ''}"
        )

    def wait_for(self, more: int, why: str, *, timeout: float = 60) -> None:
        """Wait until `more` further requests have been answered as expected. Raises WaitTimeout with the numbers."""
        goal = self.answered + more
        try:
            until(lambda: self.answered >= goal, timeout, every=0.02, why=f"{more} more answers {why}")
        except TimeoutError as error:
            error.add_note(self.summary())
            raise

    def assert_all_answered(self, why: str = "") -> None:
        """Raise AssertionError, with all numbers, if a request failed or none was made."""
        if not self.attempted:
            raise AssertionError("no request was made at all")
        if self.failed:
            raise AssertionError(f"{self.failed} of {self.attempted} requests failed {why}: {self.summary()}")

    def assert_rate_kept(self, share: float = 0.95) -> None:
        """Raise AssertionError, with all numbers, if less than this share of the rate was reached."""
        if self.achieved < self.rate * share:
            told = f"only {self.achieved:.1f} of {self.rate:g} requests a second were begun"
            raise AssertionError(f"{told}; the test proves less than it says: {self.summary()}")

    def assert_quick(self, *, within: Mapping[float, float], why: str = "") -> None:
        """Raise AssertionError, with all numbers, if a bound is not kept.

        within: seconds by percentage of the requests; 100 is the slowest one.
        """
        for percent, bound in within.items():
            if (seen := self.percentile(percent)) > bound:
                told = f"{percent:g} % of the requests took up to {seen:.3f} s, where {bound:g} s are allowed"
                raise AssertionError(f"{told} {why}: {self.summary()}")

    def stop(self) -> None:
        """Begin no further request."""
        self._ended = self._ended or time.monotonic()
        self._enough.set()

    def run(self) -> None:
        """Ask, one request after the other, until `stop` is called; the body of each thread."""
        client = Client(self._headers, self._timeout, self._keep_alive)
        self._clients.append(client)
        while True:
            with self._lock:
                number, self._turns = self._turns, self._turns + 1
            due = self._begin + number / self.rate
            if self._enough.wait(max(0.0, due - time.monotonic())):
                break
            with self._lock:
                self._asked += 1
            url = self._urls[number % len(self._urls)]
            self._note(client.ask(url), due, url.geturl())
        client.close()

    def _note(self, seen: str, due: float, url: str) -> None:
        with self._lock:
            self.codes[seen] += 1
            self.seconds.append(time.monotonic() - due)
            if not (seen.isdigit() and int(seen) in self.expect):
                self.failures.append(Failure(seen, due - self._begin, url))


@contextmanager
def steady_load(  # all but the first two are given by name
    url: str | Sequence[str],
    rate: float,
    *,
    expect: Collection[int] = (200,),
    timeout: float = 10,
    headers: Mapping[str, str] | None = None,
    keep_alive: bool = False,
) -> Iterator[Load]:
    """Ask at a constant rate until the `with` block is left, then wait for the answers under way.

    url: one, or several that are asked in turn.
    rate: requests a second.
    expect: statuses that count as answered; any other one, or none, is a failure.
    timeout: seconds for connecting, and for each wait for data.
    headers: of each request; a Host of its own is what an ingress controller goes by.
    keep_alive: use connections again, as long as the server leaves them open.
    """
    load = Load([url] if isinstance(url, str) else list(url), rate, expect, timeout, headers, keep_alive)
    threads = [threading.Thread(target=load.run, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop()
        for thread in threads:
            thread.join()
