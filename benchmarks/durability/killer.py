"""Starts a flusher and kills it at a boundary."""

import random
import signal
import socket
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import redis

from benchmarks import stand
from benchmarks.durability.boundaries import INSIDE_A_BATCH, Boundary
from testkit import process

# The set of open batches, as links.batches describes it.
_OPEN_BATCHES = "strata:batches"
# A flusher first meets the batch that the last one left behind; passing the boundary once or twice takes it to a
# batch of its own. Of the table of hits nothing is left behind, and the first fold is the largest.
_MOST_PASSES = 2
# Seconds, of a random moment after the flusher's start: some twenty rounds of its loop.
_LONGEST_LIFE = 0.5


@dataclass(frozen=True)
class Kill:
    """Where a flusher was killed, and whether Redis held an open batch at that moment."""

    boundary: Boundary
    inside_a_batch: bool


def kill_at(boundary: Boundary, env: Mapping[str, str], folder: Path) -> Kill:
    """Starts a flusher, waits until it has reached `boundary`, and kills it there.

    env: the app's. folder: for the socket on which the flusher announces that it is there.

    Raises SystemExit when it does not get there, or ends by itself.
    """
    path = folder / f"{uuid.uuid4().hex}.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(stand.PATIENCE)
        passes = random.randint(0, _MOST_PASSES) if boundary in INSIDE_A_BATCH else 0  # noqa: S311
        command = [sys.executable, "-m", "benchmarks.durability.flusher", boundary.value, str(passes), str(path)]
        with process.start(command, cwd=stand.WEBAPP, env=env) as flusher:
            _wait_for(listener, boundary, flusher)
            if flusher.kill() != -signal.SIGKILL:
                raise SystemExit(f"the flusher ended by itself before it was killed; {flusher.tail()}")
    path.unlink()
    with redis.Redis.from_url(env["REDIS_URL"]) as client:
        return Kill(boundary, bool(client.scard(_OPEN_BATCHES)))


def _wait_for(listener: socket.socket, boundary: Boundary, flusher: process.Child) -> None:
    try:
        line, _ = listener.accept()
    except TimeoutError:
        raise SystemExit(f"the flusher never came to: {boundary}; {flusher.tail()}") from None
    line.close()
    if boundary is Boundary.RANDOM:
        time.sleep(random.uniform(0, _LONGEST_LIFE))  # noqa: S311  the random moment itself
