"""The production server's configuration for an application that has no stores to look at when a worker starts."""

from typing import Any

from config.server import *  # noqa: F403


def post_worker_init(_worker: Any) -> None:  # type: ignore[no-redef]
    """Takes the place of the look at the stores."""
