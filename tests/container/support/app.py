"""The app's image as it runs in production: read-only root, no capabilities, no secret of its own."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests

from testkit import containers, wait
from testkit.containers import Container, Run

SECRET_KEY = "of-a-test-run-that-nobody-else-can-reach-" + "x" * 20
PUBLIC_URL = "http://go.example.org"
WORKERS, THREADS = 2, 4

# Every API key has this budget; enough for any test but the one that uses it up.
CREATIONS_A_MINUTE = 60

# The image's health check starts a Python for each look; these tests look for themselves, and have two cores.
UNWATCHED: dict[str, Any] = {"healthcheck": {"test": ["NONE"]}}

HARDENED: dict[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": {"/tmp": ""},
    # A stopped store's name is asked of the machine's own name servers, and those may be silent for many seconds.
    "dns_opt": ["timeout:1", "attempts:1"],
}


@dataclass(frozen=True)
class App:
    """One running server."""

    container: Container
    port: int
    metrics_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, timeout: float = 60) -> Self:
        self.container.wait(lambda _: self.get("/healthz/ready", timeout=5).ok, timeout, "the app to be ready")
        return self

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET a path, on a connection of its own, without following redirects."""
        return requests.get(self.url + path, **{"allow_redirects": False, "timeout": 15, **options})

    def metric(self, sample: str) -> float:
        """Return a sample of the metrics, such as `strata_redirects_total{outcome="found"}`; 0 where there is none."""
        text = requests.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=15).text
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.rpartition(" ")[0] == sample]
        return float(values[0]) if values else 0.0

    def wait_until_it_trusts(self, store: str) -> None:
        """Wait until no process treats `database` or `redis` as away any more; visits must go on meanwhile."""
        sample = f'strata_breaker_open{{store="{store}"}}'

        def is_closed() -> bool | wait.NotYet:
            return not self.metric(sample) or wait.NotYet(f"{sample} is still 1")

        wait.until(is_closed, timeout=10, every=0.1, why=f"{self.container} to ask {store} again, now that it answers")

    def manage(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Run a command of manage.py inside, and return its output."""
        return self.container.exec(["python", "manage.py", *arguments], env=env)

    def script(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> Any:
        """Run a script of the folder `inside` in the container; return the last line of its output, which is JSON."""
        source = (Path(__file__).parent / "inside" / f"{name}.py").read_text()
        output = self.container.exec(["python", "-c", source, *arguments], env=env)
        return json.loads(output.splitlines()[-1])


def environment(database_url: str, redis_url: str) -> dict[str, str]:
    """The app's settings; what is not here keeps the image's default."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "PUBLIC_URL": PUBLIC_URL,
        "ALLOWED_HOSTS": "127.0.0.1",
        "CREATION_RATE": f"{CREATIONS_A_MINUTE}/minute",
        "WEB_WORKERS": str(WORKERS),
        "WEB_THREADS": str(THREADS),
        "DRAIN_SECONDS": "0",  # no load balancer is there to notice
    }


@contextmanager
def serving(image: str, run: Run, network: str, env: Mapping[str, str], **options: Any) -> Iterator[App]:
    """Start a server; it may be asked once `wait_until_ready` has returned."""
    options = {"name": "app", "ports": [8000, 8001], **HARDENED, **UNWATCHED, **options}
    with containers.start(image, run=run, env=env, network=network, **options) as container:
        yield App(container, container.port(8000), container.port(8001))


@contextmanager
def working(
    image: str, run: Run, network: str, env: Mapping[str, str], command: Sequence[str], **options: Any
) -> Iterator[Container]:
    """Start a container of the app's image with another command, and do not wait for anything."""
    options = {"name": "worker", **HARDENED, **UNWATCHED, **options}
    with containers.start(image, run=run, env=env, network=network, command=command, **options) as made:
        yield made
