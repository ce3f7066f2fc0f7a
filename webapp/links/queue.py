"""Links and visits in Redis: a redirect's one round trip, and the batches the flusher takes away.

Keys:
    strata:link:<slug>   hash: id, target, enabled, expires, fresh (Unix seconds up to which it may be believed unasked)
    strata:clicks        hash: "<link id>:<day>" -> visits not yet in the database; `total` of them; `since`, the oldest

An entry outlives its freshness by a day, so that links people use go on working while the database is away.
"""

from dataclasses import dataclass

from ops import redis
from ops.redis import Script

# Seconds. A change reaches every replica within 5: this, plus the time between reading a row and caching it.
FRESH = 4.0
# Seconds an entry is kept for the case that the database cannot be asked.
KEPT = 86_400

PENDING = "strata:clicks"

_COUNT = """
local function count(id, day, now)
  redis.call('HINCRBY', KEYS[2], id .. ':' .. day, 1)
  redis.call('HINCRBY', KEYS[2], 'total', 1)
  redis.call('HSETNX', KEYS[2], 'since', now)
end
"""

# The whole of a cached redirect: reads the link and, if it may be followed, counts the visit.
_VISIT = Script(
    _COUNT
    + """
local link = redis.call('HMGET', KEYS[1], 'id', 'target', 'enabled', 'expires', 'fresh')
if not link[1] then return false end
local now = tonumber(ARGV[1])
if tonumber(link[5]) > now and link[3] == '1' and tonumber(link[4]) > now then
  count(link[1], ARGV[2], ARGV[1])
end
return link
""",
    counts=True,
)

_REMEMBER = Script(
    _COUNT
    + """
redis.call('HSET', KEYS[1], 'id', ARGV[3], 'target', ARGV[4], 'enabled', ARGV[5], 'expires', ARGV[6], 'fresh', ARGV[7])
redis.call('EXPIRE', KEYS[1], ARGV[8])
if ARGV[9] == '1' then count(ARGV[3], ARGV[2], ARGV[1]) end
return 1
""",
    counts=True,
)

_COUNT_ONLY = Script(_COUNT + "count(ARGV[3], ARGV[2], ARGV[1]) return 1", counts=True)

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Entry:
    """A link as a redirect needs it; times in Unix seconds."""

    id: int
    target: str
    enabled: bool
    expires: float = NEVER
    fresh: float = 0.0

    def outcome(self, now: float) -> str:
        if not self.enabled:
            return "disabled"
        return "found" if self.expires > now else "expired"


def key(slug: str) -> str:
    return f"strata:link:{slug}"


def visit(slug: str, now: float, day: str) -> Entry | None:
    """The cached link, its visit already counted if it is fresh and may be followed. Raises RedisAway."""
    found = _VISIT([key(slug), PENDING], [now, day])
    if not found:
        return None
    return Entry(int(found[0]), found[1], found[2] == "1", float(found[3]), float(found[4]))


def remember(slug: str, entry: Entry, now: float, day: str) -> None:
    """Caches a link just read from the database, and counts its visit if it may be followed. Raises RedisAway."""
    counted = int(entry.outcome(now) == "found")
    link = [entry.id, entry.target, int(entry.enabled), entry.expires, entry.fresh]
    _REMEMBER([key(slug), PENDING], [now, day, *link, KEPT, counted])


def count(link_id: int, now: float, day: str) -> None:
    """Counts the visit of a link that was served from an entry past its freshness. Raises RedisAway."""
    _COUNT_ONLY(["", PENDING], [now, day, link_id])


def forget(slug: str) -> None:
    """Makes the next visit read the link anew."""
    redis.forget(key(slug))
