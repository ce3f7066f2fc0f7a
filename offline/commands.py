"""Run the commands that the work is done with: docker, apt, debootstrap."""

import subprocess
from pathlib import Path

# What fits on a screen, and holds the reason of every failure seen so far.
_LAST_LINES = 30


class CommandFailed(Exception):
    """A command failed or is missing; the message holds the command and the last lines that it printed."""


def run(*command: str | Path) -> str:
    """Run a command and return what it printed, without the last line break.

    Raises:
        CommandFailed: it ended with another status than 0.
    """
    done = _run(*command)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
        raise CommandFailed(f"{' '.join(map(str, command))} ended with status {done.returncode}:\n{last}")
    return done.stdout.rstrip("\n")


def succeeds(*command: str | Path) -> bool:
    """Say whether a command ends with status 0, whatever it prints."""
    return _run(*command).returncode == 0


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no shell in between
    except FileNotFoundError as missing:
        raise CommandFailed(
            f"{command[0]} is not on this machine; `make bootstrap` installs what is missing."
        ) from missing
