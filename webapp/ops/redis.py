"""The one way to Redis: short time-outs, no retries, a breaker in front.

redis-py repeats a failed command three times by default. A counting script must not be repeated: after a time-out
nobody knows whether it was carried out (a paused server carries it out when it resumes), and a second try could count
one visit twice. So the connection is taken first, and a failure after that point is told apart from one before it.
"""

import hashlib
import os
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.exceptions import AuthenticationError, BusyLoadingError, NoScriptError, RedisError
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import TimeoutError as TimedOut
from redis.retry import Retry

from ops import metrics
from ops.breaker import Breaker

# Seconds the flusher waits: it moves thousands of counters at once, and nobody waits for it.
BACKGROUND_TIMEOUT = 5.0

# Answers of the server, although redis-py derives them from its ConnectionError.
_REFUSALS = (AuthenticationError, BusyLoadingError)


class RedisAway(Exception):
    """Redis is not configured, does not answer, or is not asked because it did not answer a moment ago."""


@cache
def client(timeout: float | None = None) -> redis.Redis:
    """This process's client.

    Args:
        timeout: seconds for connecting and for each command; settings.REDIS_TIMEOUT where not given.

    Raises:
        RedisAway: no Redis is configured.
    """
    if not settings.REDIS_URL:
        raise RedisAway("REDIS_URL is not set")
    seconds = settings.REDIS_TIMEOUT if timeout is None else timeout
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


@cache
def breaker() -> Breaker:
    return Breaker("redis")


_held = threading.local()


def _connection(pool: ConnectionPool) -> Any:
    """This thread's connection, open and with nothing unread in it. Raises a RedisError if there is no getting one.

    Each thread keeps its own: taking one from the pool and giving it back is a tenth of what a redirect costs
    (`python -m benchmarks.redirects.profile`).
    """
    # A forked child must not talk on its parent's socket.
    owner = (os.getpid(), pool)
    if getattr(_held, "owner", None) != owner:
        _held.connection = pool.get_connection()
        _held.owner = owner
        return _held.connection
    connection = _held.connection
    connection.connect()
    if _is_stale(connection):
        connection.disconnect()
        connection.connect()
    return connection


def _is_stale(connection: Any) -> bool:
    """Whether the server has hung up, or sent what nobody asked for: an answer that came too late for its question."""
    try:
        return bool(connection.can_read())
    except (RedisError, OSError):
        return True


@dataclass(frozen=True)
class Script:
    """A Lua script, sent by its digest, which Redis caches.

    Args:
        source: the Lua text.
        counts: whether it counts a visit, so that a lost answer leaves a visit of unknown fate.
    """

    source: str
    counts: bool = False
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        # SHA-1 is what EVALSHA is defined on; nothing is protected by it.
        digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "digest", digest)

    def __call__(self, keys: list[str], args: list[Any]) -> Any:
        """Runs the script in one round trip and returns its reply.

        Raises:
            RedisAway: no answer; where ``counts`` is set and the command had left, the unknown fate has been counted.
        """
        pool = client().connection_pool
        if not breaker().allows():
            raise RedisAway("not asked: it did not answer a moment ago")
        try:
            connection = _connection(pool)
        except RedisError as error:
            breaker().failed()
            raise RedisAway(str(error)) from error
        try:
            reply = self._exchange(connection, len(keys), *keys, *args)
        except RedisError as error:
            self._lost(error)
            raise RedisAway(str(error)) from error
        breaker().succeeded()
        return reply

    def _exchange(self, connection: Any, *arguments: Any) -> Any:
        connection.send_command("EVALSHA", self.digest, *arguments)
        try:
            return connection.read_response()
        except NoScriptError:  # a restarted server has forgotten it, and has not run it
            connection.send_command("EVAL", self.source, *arguments)
            return connection.read_response()

    def _lost(self, error: RedisError) -> None:
        breaker().failed()
        # Any other error is an answer (out of memory, read only …): the script did not count.
        if self.counts and isinstance(error, NotConnected | TimedOut) and not isinstance(error, _REFUSALS):
            metrics.UNKNOWN_FATE.inc()


def forget(key: str) -> None:
    """Deletes a key if Redis can be reached; what is left behind otherwise ages out by itself."""
    try:
        if breaker().allows():
            client().unlink(key)
            breaker().succeeded()
    except RedisAway:
        return
    except RedisError:
        breaker().failed()
