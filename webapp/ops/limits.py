"""Rate limits, shared by all processes through Redis, kept per process while Redis is away or absent.

Answers carry the `RateLimit-Policy` and `RateLimit` fields of draft-ietf-httpapi-ratelimit-headers-10, and a 429
carries Retry-After (RFC 6585).
"""

import math
import time
from dataclasses import dataclass
from functools import cache

import limits
from django.conf import settings
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from ops import metrics, redis


@dataclass(frozen=True)
class Verdict:
    """Whether a request may go on, and what to tell the client about its budget (times in seconds)."""

    name: str
    allowed: bool
    quota: int
    window: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        fields = {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={self.window}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset}',
        }
        return fields if self.allowed else {**fields, "Retry-After": str(self.reset)}


@dataclass(frozen=True)
class Limit:
    """A named limit.

    Args:
        name: as metrics and headers show it.
        setting: the setting that holds its rate, such as ``30/minute``.
    """

    name: str
    setting: str

    def hit(self, who: str) -> Verdict:
        """Takes one from the budget of `who`."""
        return self._ask(who, take=True)

    def check(self, who: str) -> Verdict:
        """Says whether `who` has any budget left, and takes nothing."""
        return self._ask(who, take=False)

    def _ask(self, who: str, *, take: bool) -> Verdict:
        if redis.breaker().allows():
            try:
                verdict = self._ask_one(_shared(), who, take=take)
            except redis.RedisAway:
                pass
            except StorageError:
                redis.breaker().failed()
            else:
                redis.breaker().succeeded()
                metrics.LIMITER_SHARED.set(1)
                return verdict
        metrics.LIMITER_SHARED.set(0)
        return self._ask_one(_own(), who, take=take)

    def _ask_one(self, limiter: SlidingWindowCounterRateLimiter, who: str, *, take: bool) -> Verdict:
        rate = limits.parse(getattr(settings, self.setting))
        allowed = limiter.hit(rate, self.name, who) if take else limiter.test(rate, self.name, who)
        stats = limiter.get_window_stats(rate, self.name, who)
        if not allowed:
            metrics.RATE_LIMITED.labels(self.name).inc()
        # Up to the next whole second: who comes back at the very moment, or before it, is refused again.
        reset = math.floor(max(0.0, stats.reset_time - time.time())) + 1
        return Verdict(self.name, allowed, rate.amount, rate.get_expiry(), stats.remaining, reset)


CREATION = Limit("creation", "CREATION_RATE")
FAILED_AUTH = Limit("failed-auth", "FAILED_AUTH_RATE")


def announce() -> None:
    """Says in metrics what is configured; whether it holds, this process learns from its first limited request."""
    metrics.LIMITER_SHARED.set(1 if settings.REDIS_URL else 0)


@cache
def _shared() -> SlidingWindowCounterRateLimiter:
    pool = redis.client().connection_pool
    storage = RedisStorage(settings.REDIS_URL, connection_pool=pool, key_prefix="strata:limit", wrap_exceptions=True)
    return SlidingWindowCounterRateLimiter(storage)


@cache
def _own() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())
