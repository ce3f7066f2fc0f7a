"""Redis going away while visits come in: hanging, so that commands have an unknown fate, and gone, so that none has."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import redis

from benchmarks import stand
from testkit import process

# Visits that are answered without Redis before it comes back.
_VISITS = 30

Visits = Callable[[int, str], None]


class Store(Protocol):
    """A Redis that can be made to fail. `visits` waits for so many visits, answered meanwhile."""

    url: str

    def hang(self, visits: Visits) -> None: ...

    def go_away(self, visits: Visits) -> None: ...


class OwnRedis:
    """Debian's Redis, as a child."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = process.free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._child = stand.redis_server(folder, self._port)

    def hang(self, visits: Visits) -> None:
        """Commands sent meanwhile wait in the socket and are carried out afterwards, their senders long gone."""
        self._child.signal(signal.SIGSTOP)
        try:
            visits(_VISITS, "while Redis hangs")
        finally:
            self._child.signal(signal.SIGCONT)

    def go_away(self, visits: Visits) -> None:
        """A restart in good order: what Redis had accepted, it writes before it ends."""
        self._child.stop()
        visits(_VISITS, "while Redis is gone")
        self._child = stand.redis_server(self._folder, self._port)

    def stop(self) -> None:
        self._child.stop()


class GivenRedis:
    """Somebody else's Redis: it can be made to hang, and stays where it is."""

    # Milliseconds: several of the app's time-outs.
    _PAUSE = 500

    def __init__(self, url: str) -> None:
        self.url = url

    def hang(self, visits: Visits) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.client_pause(self._PAUSE)
        visits(_VISITS, "while Redis hangs")

    def go_away(self, visits: Visits) -> None:
        self.hang(visits)


@contextmanager
def store(url: str, folder: Path) -> Iterator[Store]:
    """The Redis at `url`, or one of our own in `folder` where that is empty; ours is stopped on leaving."""
    if url:
        yield GivenRedis(url)
        return
    stand.require("redis-server", "redis-server")
    own = OwnRedis(folder)
    try:
        yield own
    finally:
        own.stop()
