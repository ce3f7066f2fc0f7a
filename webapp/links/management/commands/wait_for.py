"""Waits, before something that needs it starts, until the database answers or until its schema is current."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper
from django.db import DatabaseError, InterfaceError, connection

from ops import database

# Seconds between two looks.
_PAUSE = 1.0


class Command(BaseCommand):
    help = "Wait until the database answers, or until no migration is left to do. It is the caller who sets a limit."
    # The database, which a check may ask, is what this waits for.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=sorted(_MISSING))

    def handle(self, *_args: Any, what: str, **_options: Any) -> None:
        until_there(what, self.stdout)


def until_there(what: str, output: OutputWrapper) -> None:
    """Wait for one of `_MISSING`; say what is missing, each reason once."""
    said = ""
    while missing := _look(_MISSING[what]):
        if missing != said:
            output.write(f"waiting: {missing}")
            said = missing
        time.sleep(_PAUSE)
    output.write(f"{what}: there")


def _look(what_is_missing: Callable[[], str]) -> str:
    try:
        return what_is_missing()
    except (DatabaseError, InterfaceError) as error:
        return f"the database does not answer: {error}"
    finally:
        connection.close()


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    names = database.pending_migrations()
    return f"{len(names)} migrations are still to be done, first {names[0]}" if names else ""


_MISSING = {"database": _database, "migrations": _migrations}
