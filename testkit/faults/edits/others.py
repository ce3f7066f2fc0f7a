"""Checks of formats that are edited as text."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping

from testkit.faults.errors import EditError


def parse_shell(source: str) -> str:
    """Let bash read the script without running it; without bash there is no check."""
    bash = shutil.which("bash")
    if bash:
        done = subprocess.run(  # noqa: S603  # fixed words
            [bash, "-n"], input=source, text=True, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise EditError(done.stderr.strip())
    return source


def parse_json(source: str) -> object:
    """Read JSON."""
    try:
        return json.loads(source)
    except ValueError as error:
        raise EditError(str(error)) from None


PARSERS: Mapping[str, Callable[[str], object]] = {".sh": parse_shell, ".bash": parse_shell, ".json": parse_json}
