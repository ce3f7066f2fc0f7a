"""A Redis inside the test's own process that fails on demand, in the ways a real one does.

    redis.refuse()                      nothing listens: new connections are refused, open ones turn out to be closed
    redis.hang(applied=True)            commands leave, no answer comes; carried out or not, as a paused server decides
    redis.cut(applied=True)             the same, but the connection breaks instead of timing out
    redis.answer("OOM command not …")   every command gets this error for an answer
    redis.recover()                     all is well again
    redis.restart(keep_data=False)      scripts, connections and, if so said, data are gone

The app's own client, pool and connection classes run as they are: only the socket is replaced.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from fakeredis import FakeRedisConnection, FakeServer
from redis.connection import DefaultParser
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import TimeoutError as TimedOut

from links import batches, queue
from ops.redis import Script

# What a connection says for itself when it opens: no command of the app's.
_HANDSHAKE = frozenset({"AUTH", "CLIENT", "HELLO", "PING", "SELECT"})


@dataclass(frozen=True)
class _Trouble:
    """What becomes of commands: whether they are `applied`, and the error that stands for their answer."""

    error: Exception
    applied: bool = False


class Redis(FakeServer):
    """The server, and the handle by which a test makes it fail."""

    def __init__(self) -> None:
        super().__init__(version=(8,))
        self.commands: list[tuple[Any, ...]] = []
        self.generation = 0
        self.refuses = False
        self.trouble: _Trouble | None = None
        # How often a client ran into trouble, and had to wait for it.
        self.failures = 0
        # A client of the test's own, which sees no trouble and leaves no trace in `commands`.
        pool = redis.ConnectionPool(connection_class=FakeRedisConnection, server=self, decode_responses=True)
        self.data = redis.Redis(connection_pool=pool)
        self.before: Callable[[str], None] = _nothing

    @property
    def trips(self) -> int:
        """Round trips since `commands` was last cleared."""
        return len(self.commands)

    def refuse(self) -> None:
        self.refuses = True

    def hang(self, *, applied: bool = False) -> None:
        self.trouble = _Trouble(TimedOut("Timeout reading from socket"), applied)

    def cut(self, *, applied: bool = False) -> None:
        self.trouble = _Trouble(NotConnected("Connection closed by server."), applied)

    def answer(self, error: str) -> None:
        parser: Any = DefaultParser(socket_read_size=65536)
        self.trouble = _Trouble(parser.parse_error(error))

    def recover(self) -> None:
        self.refuses = False
        self.trouble = None

    def restart(self, *, keep_data: bool = True) -> None:
        self.generation += 1
        self.script_cache.clear()
        if not keep_data:
            self.data.flushall()
        self.recover()


class Connection(FakeRedisConnection):
    """A connection of the app's to the fake server."""

    _server: Redis
    _opened_in = -1
    _pending: _Trouble | None = None

    def connect(self) -> None:
        if self._server.refuses:
            self._hang_up()
            raise NotConnected("Error 111 connecting to redis:6379. Connection refused.")
        if not self._sock:
            self._opened_in = self._server.generation
        super().connect()

    def can_read(self, timeout: float | None = 0) -> bool:
        if self._server.refuses or self._opened_in != self._server.generation:
            raise NotConnected("Connection closed by server.")
        return super().can_read(timeout)

    def send_command(self, *args: Any, **kwargs: Any) -> None:
        if self._server.refuses:
            self._hang_up()
            raise NotConnected("Error 32 while writing to socket. Broken pipe.")
        if args[0] not in _HANDSHAKE:
            self._server.before(_describe(args))
            self._server.commands.append(args)
        self._pending = self._server.trouble
        if self._pending is None or self._pending.applied:
            super().send_command(*args, **kwargs)  # type: ignore[no-untyped-call]  # redis-py leaves it out

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        trouble, self._pending = self._pending, None
        if trouble is None:
            return super().read_response(*args, **kwargs)
        self._server.failures += 1
        if isinstance(trouble.error, NotConnected | TimedOut):
            self._hang_up()
        raise trouble.error

    def _hang_up(self) -> None:
        self.disconnect()  # type: ignore[no-untyped-call]  # redis-py leaves it out


def _nothing(_command: str) -> None:
    """Stands where a test may look in on a command before it leaves."""


def _describe(args: tuple[Any, ...]) -> str:
    """A command for a message: a script by the name it has in the app, any other by its first words."""
    if args[0] == "EVALSHA":
        return f"script {_script_names().get(str(args[1]), args[1])}"
    if args[0] == "EVAL":
        return f"script {_script_names().get(_digest(str(args[1])), 'unknown')} (by its text)"
    return " ".join(str(arg) for arg in args[:2])


@cache
def _script_names() -> dict[str, str]:
    texts = {**vars(batches), **vars(queue)}
    sources = {name: value.source if isinstance(value, Script) else value for name, value in texts.items()}
    return {
        _digest(source): name for name, source in sources.items() if isinstance(source, str) and "redis.call" in source
    }


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
