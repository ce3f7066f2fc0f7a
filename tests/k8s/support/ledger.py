"""The promise about counting, checked visit by visit: answered <= stored <= attempted + unknown."""

from testkit import wait
from testkit.kube.kubectl import KubectlFailed
from tests.k8s.support.metrics import metric
from tests.k8s.support.release import Release
from tests.k8s.support.site import Owner, Site
from tests.k8s.support.traffic import Traffic

# Redis commands whose fate nobody knows: they timed out, and may have been carried out all the same.
UNKNOWN_FATE = "strata_redis_unknown_fate_total"

QUEUES = [f'strata_click_queue_length{{queue="{name}"}}' for name in ("redis", "table")]

# Seconds the flusher may need to fold everything: its round of two, its own time-out for Redis of five, twice.
_DRAINED_WITHIN = 40


class Ledger:
    """Begins with a link that nobody has visited and the commands of unknown fate so far, and ends with `settle`.

    Pods of the web must be the same at both ends: what one counted goes with it.
    """

    def __init__(self, release: Release, site: Site, owner: Owner, slug: str) -> None:
        self._release, self._site, self._owner, self._slug = release, site, owner, slug
        self._unknown_before = self._unknown_so_far()

    def settle(self, visitors: Traffic) -> str:
        """Wait until no visit waits any more, hold what is stored against what was answered; return the numbers."""
        wait.until(self._is_drained, _DRAINED_WITHIN, every=0.5, why="the flusher to have folded every visit")
        stored, unknown = self._site.stored(self._owner, self._slug), self._unknown_so_far() - self._unknown_before
        answered, attempted = visitors.answered, visitors.attempted
        numbers = f"answered {answered} <= stored {stored} <= attempted {attempted} + of unknown fate {unknown}"
        told = f"{numbers}; {visitors.summary()}"
        assert stored >= answered, f"{answered - stored} visits that were answered are not counted: {told}"
        extra = stored - attempted - unknown
        assert extra <= 0, f"{extra} visits are counted more than once: {told}"
        return numbers

    def _unknown_so_far(self) -> int:
        return int(sum(metric(self._release, UNKNOWN_FATE).values()))

    def _is_drained(self) -> bool | wait.NotYet:
        try:
            left = {queue: next(iter(metric(self._release, queue, missing=-1).values())) for queue in QUEUES}
        except KubectlFailed as error:
            return wait.NotYet(str(error))
        told = ", ".join(f"{queue}: {number:g}" for queue, number in left.items())
        return not any(left.values()) or wait.NotYet(f"{told} (-1: cannot be asked)")
