"""What the flusher takes out of Redis: pending visits, moved aside as a batch that nothing adds to any more.

Keys, beside those of `links.queue`:
    strata:batches       set of the ids of open batches
    strata:batch:<id>    an open batch: what strata:clicks was when it was taken
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from redis import Redis

from links.queue import PENDING
from ops import redis

OPEN = "strata:batches"

# Renaming keeps every visit in exactly one of the two hashes.
_TAKE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('SADD', KEYS[3], ARGV[1])
return 1
"""
_DROP = "redis.call('UNLINK', KEYS[1]) return redis.call('SREM', KEYS[2], ARGV[1])"

# Fields of a batch that are no counts.
_NOTES = frozenset({"total", "since"})

Counts = Mapping[tuple[int, date], int]


@dataclass(frozen=True)
class Waiting:
    """Visits not yet in the database: how many, and since when the oldest waits (Unix seconds; None if none does)."""

    visits: int = 0
    since: float | None = None

    def __add__(self, other: "Waiting") -> "Waiting":
        times = [at for at in (self.since, other.since) if at is not None]
        return Waiting(self.visits + other.visits, min(times, default=None))


def take() -> None:
    """Turns what is pending, if anything is, into an open batch.

    The id is random and not a counter: a Redis that lost its data would count from one again, and the database would
    take new batches for old ones.
    """
    batch = str(uuid.uuid4())
    _background().eval(_TAKE, 3, PENDING, _key(batch), OPEN, batch)


def open_batches() -> list[str]:
    """Ids of the batches taken and not yet dropped, by this run or by one that was killed."""
    return sorted(str(batch) for batch in _background().smembers(OPEN))


def read(batch: str) -> Counts:
    """A batch's counts by link and day. Read in portions, so that a large one does not hold up redirects."""
    fields = dict(_background().hscan_iter(_key(batch), count=1_000))
    return {_parse(field): int(visits) for field, visits in fields.items() if field not in _NOTES}


def drop(batch: str) -> None:
    """Deletes a batch that has been folded."""
    _background().eval(_DROP, 2, _key(batch), OPEN, batch)


def waiting() -> Waiting:
    """What is pending or in an open batch. Raises RedisAway or a RedisError."""
    client = redis.client()
    total = Waiting()
    for name in (PENDING, *(_key(str(batch)) for batch in client.smembers(OPEN))):
        visits, since = client.hmget(name, "total", "since")
        total += Waiting(int(visits or 0), float(since) if since else None)
    return total


def _background() -> Redis:
    return redis.client(redis.BACKGROUND_TIMEOUT)


def _key(batch: str) -> str:
    return f"strata:batch:{batch}"


def _parse(field: str) -> tuple[int, date]:
    link_id, _, day = field.partition(":")
    return int(link_id), date.fromisoformat(day)
