"""A database that is away, as Django's backends report it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection


class Outage:
    """Counts how often the absent database was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _execute: Callable[..., Any], *_args: Any) -> Any:
        self.asked += 1
        raise OperationalError(2006, "MySQL server has gone away")


@contextmanager
def database_away() -> Iterator[Outage]:
    """Every statement fails inside the block, as it does when the server is gone."""
    outage = Outage()
    with connection.execute_wrapper(outage):
        yield outage
