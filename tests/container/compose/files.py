"""The two Compose files as Compose itself understands them: anchors, merges, variables and defaults filled in."""

import json
import os
from typing import Any

from testkit import process
from tests.container.support.names import ROOT

MAIN = "docker-compose.yml"
CI = "docker-compose.ci.yml"

# Services that run the app's image; of all services those that go on running, and those that end.
APP_SERVICES = ("secrets", "migrate", "webapp", "flusher")
RUNNING = ("webapp", "flusher", "mysql", "redis")
ONE_SHOT = ("secrets", "migrate")
# What `--profile grafana` adds, all of monitoring included.
WATCHING = ("prometheus", "mysql-exporter", "redis-exporter", "grafana")
WATCHING_ONE_SHOT = ("mysql-exporter-account",)

# Stands for the image that CI has built.
BUILT = "strata@sha256:" + "0" * 64

# What a developer's shell may have set; the files are judged by what they say themselves.
_OURS = (
    *("APP_IMAGE", "COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "CREATION_RATE", "GRAFANA_PORT"),
    *("PROMETHEUS_PORT", "REVISION", "VERSION", "WEB_PORT"),
)

Rendered = dict[str, Any]


def rendered(*names: str, profile: str = "", **variables: str) -> Rendered:
    """Return what Compose makes of these files, with `variables` in its environment."""
    files = [f"--file={ROOT / name}" for name in names]
    command = ["docker", "compose", *files, f"--profile={profile}", "config", "--format=json"]
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    done = process.run(command, timeout=60, cwd=ROOT, env={**environment, **variables})
    assert done.code == 0, f"docker compose refuses {' with '.join(names)}:\n{done.output}"
    found: Rendered = json.loads(done.output[done.output.index("{") :])
    return found
