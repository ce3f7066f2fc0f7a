"""A circuit breaker: while a store is away, callers learn so at once instead of waiting for one more time-out.

After ``failures`` failed calls in a row the circuit opens; it lets one trial through every ``pause`` seconds, and the
first success closes it. The pattern is Michael Nygard's ("Release It!", 2nd ed., ch. 5). The kept libraries for it
serialise every guarded call behind one lock, which a redirect's only round trip cannot afford.
"""

import threading
import time
from collections.abc import Callable

from ops import metrics


class Breaker:
    """Tells whether a store is worth asking.

    Args:
        store: the store's name, as metrics show it.
        failures: failed calls in a row that open the circuit.
        pause: seconds between two trials while the circuit is open.
        clock: a monotonic clock in seconds.
    """

    def __init__(
        self, store: str, *, failures: int = 3, pause: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._next_trial = 0.0
        self._gauge = metrics.BREAKER_OPEN.labels(store)
        self._gauge.set(0)
        self._counter = metrics.FAILED_CALLS.labels(store)

    @property
    def is_open(self) -> bool:
        return self._failed >= self._failures

    def allows(self) -> bool:
        """Whether to make a call now; a True while the circuit is open reserves this period's only trial."""
        if not self.is_open:
            return True
        with self._lock:
            now = self._clock()
            if now < self._next_trial:
                return False
            self._next_trial = now + self._pause
            return True

    def succeeded(self) -> None:
        if self._failed:
            with self._lock:
                self._failed = 0
                self._gauge.set(0)

    def failed(self) -> None:
        self._counter.inc()
        with self._lock:
            self._failed += 1
            if self.is_open:
                self._next_trial = self._clock() + self._pause
                self._gauge.set(1)
