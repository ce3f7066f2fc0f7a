"""Django's own `migrate`, which can wait for the database first: a release then waits for one start, not for two."""

import sys
from typing import Any

from django.core.management.base import CommandParser, OutputWrapper
from django.core.management.commands import migrate

from links.management.commands import wait_for


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        told = "First wait until the database answers; it is the caller who sets a limit."
        parser.add_argument("--wait", action="store_true", help=told)

    def execute(self, *args: Any, wait: bool = False, **options: Any) -> str | None:
        # Not in `handle`: the checks that come before it ask MySQL for its mode.
        if wait:
            wait_for.until_there("database", OutputWrapper(options.get("stdout") or sys.stdout))
        return super().execute(*args, **options)
