"""Folds waiting visits into the counts per day, once or as a loop."""

import logging
import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections
from redis.exceptions import RedisError

from links import flush
from ops import database, jobs
from ops.redis import RedisAway

logger = logging.getLogger("strata.flush")


class Command(BaseCommand):
    help = "Fold waiting visits into the counts per day: once, or every --every seconds until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=_seconds, metavar="SECONDS", help="repeat until SIGTERM or Ctrl-C")
        parser.add_argument("--heartbeat", type=Path, metavar="FILE", help="touch this file after each round")

    def handle(self, *_args: Any, every: float | None, heartbeat: Path | None, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        complete = _round(heartbeat)
        while every is not None and not stop.wait(every):
            complete = _round(heartbeat)
        if not complete:
            # Nothing is lost: what was not folded waits where it was. A scheduler should still see the failure.
            raise SystemExit(1)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"{text} must be a number of seconds above 0")
    return seconds


def _round(heartbeat: Path | None) -> bool:
    complete = _flush_everything()
    if heartbeat:
        # Also after a failed round: a restart would not bring back a store that is away.
        heartbeat.touch()
    return complete


def _flush_everything() -> bool:
    # Each on its own: a Redis that is away must not keep the hits table from being folded.
    folded = [_attempt("redis", flush.flush_redis), _attempt("hits", flush.flush_hits)]
    return all(folded)


def _attempt(source: str, fold: Callable[[], flush.Flushed]) -> bool:
    database.mend()
    close_old_connections()
    try:
        done = fold()
    except RedisAway:  # none configured
        return True
    except (RedisError, DatabaseError, InterfaceError) as error:
        logger.warning("flush failed, will be repeated", extra={"fields": {"source": source, "error": str(error)}})
        return False
    jobs.done["visits_folded"] += done.visits
    if done.visits or done.batches:
        logger.info("flushed", extra={"fields": {"source": source, **vars(done)}})
    return True
