"""The app as it is in a process that has just started."""

from django.core.cache import cache

import ops.database
import ops.redis
from ops import health, limits
from tests.unit.support.measured import reset_counters


def forget_everything() -> None:
    """Clears what the app remembers for the life of a process: clients, breakers, limits, links, counters."""
    for remembered in (ops.redis.client, ops.redis.breaker, ops.database.breaker, limits._shared, limits._own):
        remembered.cache_clear()
    cache.clear()
    health.draining.clear()
    reset_counters()
