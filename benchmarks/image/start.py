"""From `docker run` to the first answer that says ready, on a database whose schema is current."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from testkit import containers
from testkit.containers import Run

# Seconds until a start is given up.
PATIENCE = 30

# A folder that the image gives to the app's user, so that a new volume there can be written. SQLite, since the start of
# the app is measured and not that of a database server.
_FOLDER = "/secrets/app"
_ENVIRONMENT = {
    "SECRET_KEY": "of-a-benchmark-that-nobody-else-can-reach-" + "x" * 20,
    "DATABASE_URL": f"sqlite:///{_FOLDER}/database.sqlite3",
    "PUBLIC_URL": "http://localhost:8000",
}
_HARDENED: dict[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": {"/tmp": ""},  # noqa: S108  # in the container
    "mem_limit": "384m",
}


@contextmanager
def migrated(image: str, run: Run) -> Iterator[str]:
    """Make a volume with a database on the current schema, and give its name."""
    volume = containers.engine().volumes.create(f"strata-bench-{uuid.uuid4().hex[:8]}", labels=run.labels)
    try:
        command = ["python", "manage.py", "migrate", "--verbosity=0"]
        with containers.start(image, run=run, command=command, **_options(volume.name)) as migration:
            code = migration.sdk.wait(timeout=PATIENCE)["StatusCode"]
            if code:
                raise SystemExit(f"the migration ended with code {code}; {migration.tail()}")
        yield volume.name
    finally:
        volume.remove(force=True)


def seconds_to_ready(image: str, run: Run, volume: str) -> float:
    """Start a hardened container and return the seconds until it says that it is ready."""
    begin = time.monotonic()
    with containers.start(image, run=run, ports=[8000], **_options(volume)) as server:
        port = server.port(8000)
        server.wait(lambda _: requests.get(f"http://127.0.0.1:{port}/healthz/ready", timeout=5).ok, PATIENCE)
        return time.monotonic() - begin


def _options(volume: str) -> dict[str, Any]:
    return {**_HARDENED, "env": _ENVIRONMENT, "volumes": {volume: {"bind": _FOLDER, "mode": "rw"}}}
