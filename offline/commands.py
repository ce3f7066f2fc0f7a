"""Run the commands that the work is done with: docker, apt, debootstrap, go."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO, cast

# What fits on a screen, and holds the reason of every failure seen so far.
_LAST_LINES = 30

# Often enough that nobody takes it for a hang, seldom enough for a CI log.
PROGRESS_EVERY_SECONDS = 15


class CommandFailed(Exception):
    """A command failed or is missing; the message holds the command and the last lines that it printed."""


def run(*command: str | Path) -> str:
    """Run a command and return what it printed, without the last line break.

    Raises:
        CommandFailed: it ended with another status than 0.
    """
    done = _run(*command)
    if done.returncode:
        raise _failed(command, done.returncode, (done.stdout + done.stderr).splitlines())
    return done.stdout.rstrip("\n")


def run_visibly(
    what: str, *command: str | Path, folder: Path | None = None, settings: Mapping[str, str] | None = None
) -> None:
    """Run a command of minutes that prints a line a step, and show now and then how far it is.

    When we are interrupted, it and all that it has started are ended as well.

    Args:
        what: what is being made, for the lines that are shown.
        command: the command.
        folder: where it runs; here by default.
        settings: its whole environment; our own by default.

    Raises:
        CommandFailed: it ended with another status than 0.
    """
    begin = shown = time.monotonic()
    last: deque[str] = deque(maxlen=_LAST_LINES)
    print(f"{what}: building", flush=True)
    with subprocess.Popen(  # noqa: S603  no shell in between
        command,
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            for count, line in enumerate(cast("IO[str]", child.stdout), start=1):
                last.append(line.rstrip())
                if time.monotonic() - shown > PROGRESS_EVERY_SECONDS:
                    shown = time.monotonic()
                    print(f"{what}: {shown - begin:.0f} s, step {count}: {last[-1]}", flush=True)
        except BaseException:
            os.killpg(child.pid, signal.SIGTERM)
            raise
    if child.returncode:
        raise _failed(command, child.returncode, list(last))
    print(f"{what}: built in {time.monotonic() - begin:.0f} s", flush=True)


def end_in_order() -> None:
    """Take SIGTERM (a cancelled job) like Ctrl-C from now on: what is half built is removed on the way out."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def succeeds(*command: str | Path) -> bool:
    """Say whether a command ends with status 0, whatever it prints."""
    return _run(*command).returncode == 0


def _failed(command: tuple[str | Path, ...], status: int, said: list[str]) -> CommandFailed:
    last = "\n".join(said[-_LAST_LINES:])
    return CommandFailed(f"{' '.join(map(str, command))} ended with status {status}:\n{last}")


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no shell in between
    except FileNotFoundError as missing:
        raise CommandFailed(
            f"{command[0]} is not on this machine; `make bootstrap` installs what is missing."
        ) from missing
