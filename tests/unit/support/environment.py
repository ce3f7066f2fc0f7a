"""The app's settings under an environment of one's own choosing, read in this process or started in a new one."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

WEBAPP = Path(__file__).parents[3] / "webapp"

# What production sets at the least.
PRODUCTION = {
    "SECRET_KEY": "k" + "3f9Lq0" * 10,
    "DATABASE_URL": "sqlite:///:memory:",
    "PUBLIC_URL": "https://go.example.org",
}


def environment(changes: dict[str, str | None]) -> dict[str, str]:
    """Production's variables with changes; None takes one away."""
    return {name: value for name, value in {**PRODUCTION, **changes}.items() if value is not None}


def read_settings(**changes: str | None) -> dict[str, Any]:
    """What config.settings defines under `environment(changes)`, and nothing else. Raises SystemExit as it does."""
    with mock.patch.dict(os.environ, environment(changes), clear=True):
        return runpy.run_path(str(WEBAPP / "config" / "settings.py"))


def run_python(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Runs Python in webapp/ under `environment(changes)`, waits for it, and returns what it said."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=WEBAPP,
        env=environment(changes),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
