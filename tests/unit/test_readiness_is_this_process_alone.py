"""Do the probes say what an orchestrator may act on: alive on no condition, ready for this process' own reasons?"""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from ops import health
from testkit.wait import until
from tests.unit.support.fake_redis import Redis
from tests.unit.support.outages import database_away


@pytest.fixture
def look(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Looks at the stores when the test says so, instead of in the background."""
    monkeypatch.setattr(health.observer, "refresh_soon", lambda: None)
    return health.observer.look


def ready(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/healthz/ready")
    return response.status_code, response.json()


def test_alive_needs_nothing(client: Client, redis: Redis) -> None:
    """If red, an outage of a store restarts every replica, over and over. (No database: any query fails this test.)"""
    redis.refuse()
    response = client.get("/healthz/live")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert redis.trips == 0
    health.draining.set()
    assert client.get("/healthz/live").status_code == 200, "a draining process is killed before it has drained"


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
@pytest.mark.parametrize("host", ["10.1.2.3:8000", "[fd00::1]:8000", "unheard-of.example.com", "_bad_host_"])
def test_any_host_header_over_plain_http_will_do(
    client: Client, look: Callable[[], None], path: str, host: str
) -> None:
    """If red, a kubelet, which asks by the pod's address and without TLS, gets a 400 or a redirect: nothing starts."""
    look()
    response = client.get(path, headers={"host": host})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Length"] == str(len(response.content))


def test_not_ready_before_the_schema_was_read(client: Client, look: Callable[[], None]) -> None:
    """If red, traffic comes to a process that does not know yet whether it fits the database."""
    status, body = ready(client)
    assert (status, body["status"]) == (503, "not ready")
    assert body["reason"].startswith("starting"), body
    look()
    assert ready(client) == (200, {"status": "ready", "version": "dev", "database": "ok", "redis": "not configured"})


def test_not_ready_while_the_schema_is_behind(client: Client, look: Callable[[], None]) -> None:
    """If red, a rollout goes on although its migration has not run, and every page of the new version fails."""
    rows = MigrationRecorder.Migration.objects.filter(app="links")
    names = list(rows.values_list("app", "name"))
    rows.delete()
    look()
    status, body = ready(client)
    assert status == 503, f"ready although the schema lacks migrations: {body}"
    assert "behind" in body["reason"], body
    assert f"links.{names[0][1]}" in body["reason"], f"the reader must learn what is missing: {body}"
    for app, name in names:
        MigrationRecorder.Migration.objects.create(app=app, name=name)
    look()
    assert ready(client)[0] == 200, "the migration has run, and the process does not see it"


def test_not_ready_while_draining(client: Client, look: Callable[[], None]) -> None:
    """If red, load balancers send requests to a process that is about to stop."""
    look()
    health.draining.set()
    status, body = ready(client)
    assert (status, body["reason"].split(":")[0]) == (503, "draining")


@pytest.mark.parametrize("error", ["gone away", "connection closed"])
def test_stores_away_are_told_but_change_nothing(
    client: Client, redis: Redis, look: Callable[[], None], error: str
) -> None:
    """If red, a database restart takes all replicas out of service at once, and cached redirects with them."""

    def closed(*_args: Any) -> Any:
        raise InterfaceError(0, "")

    look()
    redis.refuse()
    with database_away() if error == "gone away" else connection.execute_wrapper(closed):
        look()
    status, body = ready(client)
    assert (status, body["database"], body["redis"]) == (200, "away", "away"), body
    redis.recover()
    look()
    assert ready(client)[1] == {"status": "ready", "version": "dev", "database": "ok", "redis": "ok"}


def test_it_never_waits_for_a_store(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, a database that hangs fails the probe on every replica at once; or each probe leaves a thread behind."""
    hanging, looks = threading.Event(), []

    def hang(_observer: health.Observer) -> str:
        looks.append(threading.current_thread())
        hanging.wait(30)
        return "ok"

    monkeypatch.setattr(health.Observer, "_look_at_database", hang)
    try:
        begin = time.monotonic()
        answers = [ready(client)[0] for _ in range(20)]
        took = time.monotonic() - begin
        assert set(answers) == {503}
        assert took < 5, f"20 probes took {took:.1f} s while the database hung"
        assert len(looks) == 1, f"20 probes started {len(looks)} threads"
    finally:
        hanging.set()
        looks[0].join(10)
    assert health.observer.stores["database"] == "ok"


def test_a_start_waits_for_a_store_only_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, no process starts while the database hangs, and redirects out of the cache end with the old ones."""
    hanging = threading.Event()
    monkeypatch.setattr(health.Observer, "_look_at_database", lambda _observer: str(hanging.wait(30)))
    try:
        begin = time.monotonic()
        health.observer.look_first(0.1)
        took = time.monotonic() - begin
    finally:
        hanging.set()
    assert took < 5, f"the start waited {took:.1f} s for a database that hangs; 0.1 s were given"
    health.observer.look_first(10)
    assert health.observer.stores["database"] == "True", "the look that was awaited has not been noted"


def test_many_probes_are_no_load(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, each probe of each load balancer becomes a query; or what was seen once is repeated for ever."""
    looks: list[float] = []
    now = 100.0

    def look(_observer: health.Observer) -> str:
        looks.append(now)
        return "ok"

    monkeypatch.setattr(health.Observer, "_look_at_database", look)
    monkeypatch.setattr("ops.health.time.monotonic", lambda: now)

    def probe_and_wait() -> None:
        client.get("/healthz/ready")
        thread = health.observer._thread
        assert thread is not None
        thread.join(10)

    probe_and_wait()
    for _ in range(10):
        probe_and_wait()
    assert len(looks) == 1, f"11 probes at one moment looked {len(looks)} times"
    now += 1.5
    probe_and_wait()
    assert len(looks) == 2, "what was seen 1.5 s ago is still taken for the present"


def test_a_look_that_fails_is_followed_by_another(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, one unforeseen error stops the observation: the body shows the past for ever."""
    seen = iter(["ok"])
    monkeypatch.setattr(health.Observer, "_look_at_database", lambda _self: next(seen))
    client.get("/healthz/ready")
    until(lambda: health.observer.stores["database"] == "ok", timeout=60, every=0.01, why="the look in the background")
