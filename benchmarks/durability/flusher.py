"""`manage.py flush_clicks --every 0.01`, which stops dead at a given boundary and waits there to be killed.

Run in the app's environment with three arguments: the boundary, how often to pass it first, and the path of a Unix
socket on which arriving there is announced.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import execute_from_command_line  # noqa: E402
from django.db import connection  # noqa: E402  these need the apps to be loaded

from benchmarks.durability.boundaries import Boundary  # noqa: E402
from links import batches, flush  # noqa: E402
from links.models import AppliedBatch  # noqa: E402


class Trap:
    """Announces that its boundary has been reached after `passes` others, and does not return from there.

    At a random moment it is the killer who waits: then the announcement says that the loop runs, and it goes on.
    """

    def __init__(self, boundary: Boundary, passes: int, announce_on: str) -> None:
        self._boundary = boundary
        self._passes = passes
        self._announce_on = announce_on

    def reached(self, boundary: Boundary) -> None:
        if boundary is not self._boundary:
            return
        self._passes -= 1
        if self._passes == -1:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(self._announce_on)
            if boundary is not Boundary.RANDOM:
                signal.pause()


@dataclass
class Transaction:
    """Which of the flusher's two transactions is under way ("batch", "hits" or neither), and whether it adds visits."""

    kind: str = ""
    adds: bool = False

    def begin(self, kind: str) -> None:
        self.kind, self.adds = kind, False


Step = Callable[..., object]


def _nothing(*_args: object, **_kwargs: object) -> None:
    """The step where none is wanted."""


def set_trap(trap: Trap) -> None:
    """Puts the trap between the flusher's steps."""
    current = Transaction()

    def taken() -> None:
        if batches.open_batches():
            trap.reached(Boundary.TAKEN)

    def added(counts: batches.Counts) -> None:
        current.adds = bool(counts)
        if current.adds:
            trap.reached(Boundary.HITS_ADDED if current.kind == "hits" else Boundary.ADDED)

    def about_to_commit() -> None:
        if current.adds:
            trap.reached(Boundary.HITS_BEFORE_COMMIT if current.kind == "hits" else Boundary.BEFORE_COMMIT)

    def committed(*_fold: object) -> None:
        if current.adds:
            trap.reached(Boundary.HITS_AFTER_COMMIT if current.kind == "hits" else Boundary.AFTER_COMMIT)
        current.begin("")

    _wrap(flush, "flush_redis", before=lambda: trap.reached(Boundary.RANDOM))
    _wrap(batches, "take", after=taken)
    _wrap(batches, "read", after=lambda _batch: trap.reached(Boundary.READ))
    _wrap(flush, "fold", before=lambda *_: current.begin("batch"), after=committed)
    _wrap(AppliedBatch.objects, "create", after=lambda **_mark: trap.reached(Boundary.MARKED))
    _wrap(batches, "drop", after=lambda _batch: trap.reached(Boundary.DROPPED))
    _wrap(flush, "_fold_some_hits", before=lambda: current.begin("hits"), after=committed)
    _wrap(connection, "commit", before=about_to_commit)

    _wrap(flush, "_add", after=added)


def _wrap(owner: Any, name: str, *, before: Step = _nothing, after: Step = _nothing) -> None:
    """Runs `before` and `after`, with the call's arguments, around each call of `owner.name`."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before(*args, **kwargs)
        result = original(*args, **kwargs)
        after(*args, **kwargs)
        return result

    setattr(owner, name, wrapped)


def main() -> None:
    boundary, passes, announce_on = sys.argv[1:]
    set_trap(Trap(Boundary(boundary), int(passes), announce_on))
    execute_from_command_line(["manage.py", "flush_clicks", "--every", "0.01"])


if __name__ == "__main__":
    main()
