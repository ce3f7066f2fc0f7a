"""The session's stack with the monitoring profile added to it, under load for as long as the tests of a file run."""

import dataclasses
import threading
from collections.abc import Iterator

import pytest

from testkit import process
from testkit.load import steady_load
from testkit.progress import Say
from testkit.prometheus import Prometheus
from tests.container.compose.files import WATCHING, WATCHING_ONE_SHOT
from tests.container.conftest import chosen
from tests.container.stack.monitoring import pace
from tests.container.stack.running import Account, Stack

# Visits a second, and seconds between two new links: an account may make 30 a minute.
RATE = 20
BETWEEN_LINKS = 3
# Seconds for containers that start side by side on a busy machine to be scraped.
PATIENCE = 60


@pytest.fixture(scope="package")
def watched(stack: Stack, tmp_path_factory: pytest.TempPathFactory, say: Say) -> Iterator[Stack]:
    """The stack with Prometheus and the exporters; they are gone after this folder's tests, and the stack stays."""
    port = process.free_port()
    images = {name: chosen(name) for name in ("PROMETHEUS_IMAGE", "MYSQL_EXPORTER_IMAGE", "REDIS_EXPORTER_IMAGE")}
    options = (f"--file={pace.faster(tmp_path_factory.mktemp('faster'))}", "--profile=monitoring")
    environment = {**stack.environment, **images, "PROMETHEUS_PORT": str(port)}
    added = dataclasses.replace(stack, environment=environment, options=options)
    say("adding Prometheus and the exporters …")
    try:
        added.up()
        yield added
    finally:
        services = [name for name in (*WATCHING, *WATCHING_ONE_SHOT) if name != "grafana"]
        added.compose("rm", "--stop", "--force", "--volumes", *services)


@pytest.fixture(scope="package")
def prometheus(watched: Stack, account: Account) -> Iterator[Prometheus]:
    """Prometheus, while visitors come and links are made."""
    server = Prometheus(f"http://127.0.0.1:{watched.environment['PROMETHEUS_PORT']}")
    slugs, enough = [watched.link(account) for _ in range(3)], threading.Event()
    urls = [*(f"{watched.url}/{slug}" for slug in slugs), f"{watched.url}/nothing-here"]

    def make_links() -> None:
        while not enough.wait(BETWEEN_LINKS):
            watched.link(account)

    maker = threading.Thread(target=make_links, daemon=True)
    with steady_load(urls, RATE, expect={302, 404}):
        maker.start()
        try:
            yield server
        finally:
            enough.set()
            maker.join()
