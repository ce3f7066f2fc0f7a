"""What a redirect asks of the database, behind a breaker: a database that hangs costs one visitor the wait, not all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from ops.breaker import Breaker

# How Django's backends say that a database is away, restarting or too slow.
AWAY = (OperationalError, InterfaceError)

# Seconds a client should wait before it asks again; outages that end by themselves are mostly shorter.
RETRY_AFTER = 5

# A trial on a database that hangs takes several times the pause between two trials: without this, the trials under way
# would soon be as many as this process has threads.
_trial = threading.Lock()


class DatabaseAway(Exception):
    """The database does not answer, or is not asked because it did not answer a moment ago."""


@cache
def breaker() -> Breaker:
    return Breaker("database")


@contextmanager
def guarded() -> Iterator[None]:
    """Runs a block of queries under the breaker.

    Raises:
        DatabaseAway: the database did not answer, or the circuit is open.
    """
    on_trial = breaker().is_open
    if on_trial and not _trial.acquire(blocking=False):
        raise DatabaseAway("not asked: another thread is trying whether it answers again")
    try:
        if not breaker().allows():
            raise DatabaseAway("not asked: it did not answer a moment ago")
        try:
            yield
        except AWAY as error:
            breaker().failed()
            _hang_up()
            raise DatabaseAway(str(error)) from error
        breaker().succeeded()
    finally:
        if on_trial:
            _trial.release()


def _hang_up() -> None:
    """Drops a connection on which a query was lost. The next one would first ask it, for as long again, if it works."""
    if not connection.in_atomic_block:
        with suppress(DatabaseError, InterfaceError):  # it may be closed already
            connection.close()


def mend(**_signal: object) -> None:
    """Drops this thread's connection if Django believes, wrongly, that a transaction is open on it.

    A connection that breaks while a transaction begins makes `Atomic.__enter__` fail after it set `in_atomic_block`.
    Nothing resets that, and the thread could never query or connect again. To be called where no transaction is open.
    """
    if connection.in_atomic_block and not connection.atomic_blocks:
        connection.in_atomic_block = connection.closed_in_transaction = False
        _hang_up()


def pending_migrations() -> list[str]:
    """What `migrate` would still do, as "app.name", in its order. Raises what the database raises."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
