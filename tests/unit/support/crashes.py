"""`kill -9` between any two steps of a run: before every Redis command, statement and commit, and after every commit.

    with crash_at(redis, 7) as run:     # dies at the eighth boundary it comes to
        flush.flush_redis()
    run.crashed                         # False: it came to its end before that
    run.boundary                        # "after COMMIT"

To die before a step is to die after the one before it: nothing happens in between.

What the database does for a client that died is done here as well: an open transaction is rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection

from tests.unit.support.fake_redis import Redis


class Crash(BaseException):
    """The process is gone. No `except Exception` may come in its way."""


class Run:
    """A run with numbered boundaries; `at_boundary` is called at each of them."""

    def __init__(self, at_boundary: Callable[["Run"], None]) -> None:
        self._at_boundary = at_boundary
        self.passed = 0
        self.boundary = ""
        self.crashed = False

    def reach(self, boundary: str) -> None:
        if self.crashed:  # what still runs is Python's way out, which a dead process does not take
            return
        self.boundary = boundary
        self._at_boundary(self)
        self.passed += 1


@contextmanager
def observed(redis: Redis, at_boundary: Callable[[Run], None]) -> Iterator[Run]:
    """Calls `at_boundary` between any two steps of what runs inside the block."""
    run = Run(at_boundary)
    real_commit = connection.commit

    def statement(execute: Callable[..., object], sql: str, *rest: object) -> object:
        run.reach(f"before {sql[:60]}")
        return execute(sql, *rest)

    def commit() -> None:
        run.reach("before COMMIT")
        real_commit()
        run.reach("after COMMIT")

    redis.before = lambda command: run.reach(f"before {command}")
    try:
        with connection.execute_wrapper(statement), patch.object(connection, "commit", commit):
            yield run
    finally:
        redis.before = lambda _command: None


@contextmanager
def crash_at(redis: Redis, number: int | None) -> Iterator[Run]:
    """Lets what runs inside the block die at its boundary `number`, counted from 0; at None it lives."""

    def die(run: Run) -> None:
        if run.passed == number and not run.crashed:
            run.crashed = True
            # By the driver and at once: on its way out Django might still commit what the server would have dropped.
            connection.connection.rollback()
            raise Crash(run.boundary)

    with observed(redis, die) as run:
        try:
            yield run
        except Crash:
            # The dead client's connection closes with what it had not read.
            redis.generation += 1
