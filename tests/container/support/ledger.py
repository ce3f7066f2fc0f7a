"""The promise about counting, checked visit by visit: answered <= stored <= attempted + unknown."""

from collections.abc import Sequence

import pymysql
import redis as redis_py

from testkit import wait
from testkit.containers import Container
from testkit.load import Load
from tests.container.support.app import App
from tests.container.support.owners import Owner
from tests.container.support.stores import MySql, Redis

# Redis commands whose fate nobody knows: they timed out, and may have been carried out all the same.
UNKNOWN_FATE = "strata_redis_unknown_fate_total"

# Seconds the flusher may need to fold everything: its own time-out for Redis is five, and a round may have just begun.
_DRAINED_WITHIN = 30


class Ledger:
    """Begins with the visits stored so far, and ends with `settle`."""

    def __init__(self, mysql: MySql, redis: Redis, replicas: Sequence[App], flusher: Container, owner: Owner) -> None:
        self._flusher = flusher
        self._mysql = mysql
        self._redis = redis
        self._replicas = replicas
        self._owner = owner
        self._unknown_before = self._unknown_so_far()

    def unknown(self) -> int:
        """Return the commands of unknown fate since the beginning."""
        return self._unknown_so_far() - self._unknown_before

    def stored(self) -> int:
        """Return the visits in the counts of the owner's links."""
        statement = (
            "SELECT COALESCE(SUM(count), 0) FROM links_dailyclicks JOIN links_link ON links_link.id = link_id"
            " WHERE owner_id = %s"
        )
        return int(self._mysql.value(statement, self._owner.id))

    def settle(self, *loads: Load) -> None:
        """Wait until no visit waits any more, and hold what is stored against what was answered."""
        self._flusher.wait(lambda _: self._is_drained(), _DRAINED_WITHIN, f"{self._flusher} to have folded every visit")
        stored, unknown = self.stored(), self.unknown()
        answered, attempted = sum(load.answered for load in loads), sum(load.attempted for load in loads)
        numbers = f"answered {answered}, stored {stored}, attempted {attempted}, of unknown fate {unknown}"
        told = "; ".join([numbers, *(load.summary() for load in loads)])
        assert stored >= answered, f"{answered - stored} visits that were answered are not counted: {told}"
        extra = stored - attempted - unknown
        assert extra <= 0, f"{extra} visits are counted more than once: {told}"

    def _unknown_so_far(self) -> int:
        return int(sum(replica.metric(UNKNOWN_FATE) for replica in self._replicas))

    def _is_drained(self) -> bool | wait.NotYet:
        try:
            with self._redis.client() as client:
                pending, batches = client.hget("strata:clicks", "total"), client.scard("strata:batches")
            hits = self._mysql.value("SELECT COUNT(*) FROM links_hit")
        except (redis_py.RedisError, pymysql.MySQLError) as error:
            return wait.NotYet(f"a store does not answer: {error}")
        left = f"{pending or 0} visits pending in Redis, {batches} open batches, {hits} rows in the table of hits"
        return not (pending or batches or hits) or wait.NotYet(left)
