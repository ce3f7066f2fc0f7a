"""The flusher is killed with -9 between any two of its steps, on MySQL and Redis: is each visit counted exactly once?

The program that kills is `benchmarks/durability`; here it runs inside the app's image, which has the MySQL client, with
the stores of this layer. `make durability STORES=containers` runs this file with DURABILITY_KILLS=50.
"""

import importlib.util
import os
from pathlib import Path

from testcontainers.core.network import Network

from testkit.containers import Run
from testkit.progress import Say
from tests.container.support import app as apps
from tests.container.support.names import ROOT
from tests.container.support.stores import MySql, Redis

# Each step between which there is something to lose is met once.
KILLS = int(os.environ.get("DURABILITY_KILLS", "6"))

SCRATCH = "strata_durability"
# Redis' database that nobody else uses: the program counts what waits in it.
REDIS_DATABASE = 9

# What the program imports and the image does not have; pure Python, so that the host's copies do.
TOOLS = ("requests", "urllib3", "idna", "certifi", "charset_normalizer")


def mounts() -> dict[str, dict[str, str]]:
    tools = {folder_of(name): f"/tools/{name}" for name in TOOLS}
    own = {ROOT / name: f"/programs/{name}" for name in ("benchmarks", "testkit")}
    return {str(outside): {"bind": inside, "mode": "ro"} for outside, inside in (tools | own).items()}


def folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None, f"{package} is not installed: run `make bootstrap`"
    return Path(str(spec.origin)).parent


def test_every_answered_visit_is_stored_once(
    app_image: str, run: Run, network: Network, mysql: MySql, redis: Redis, say: Say
) -> None:
    """Red: a node that dies takes visits with it, or a batch is added again by the flusher that comes after."""
    mysql.query(f"CREATE DATABASE {SCRATCH}", database=None)
    env = {"PYTHONPATH": "/programs:/tools", "STRATA_WEBAPP": "/app", "PYTHONDONTWRITEBYTECODE": "1"}
    stores = ["--database-url", mysql.url(SCRATCH), "--redis-url", redis.url(REDIS_DATABASE)]
    command = ["python", "-m", "benchmarks.durability", "--kills", str(KILLS), *stores]
    with apps.working(
        app_image, run, network.name, env, command, name="durability", volumes=mounts(), working_dir="/programs"
    ) as killer:
        for line in killer.sdk.logs(stream=True, follow=True):
            say(f"  {line.decode(errors='replace').rstrip()}")
        code = killer.sdk.wait(timeout=10)["StatusCode"]
        assert code == 0, f"after {KILLS} kills of the flusher the promise was not kept (code {code}):\n{killer.logs()}"
