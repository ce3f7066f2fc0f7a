"""Do metrics answer on their own port, under both names, and never on the public one?"""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import RequestFactory

from config.wsgi import application

ask = Callable[..., tuple[str, str]]


@pytest.fixture
def get(db: None) -> ask:
    def get(path: str, port: int, host: str = "go.example.org") -> tuple[str, str]:
        environ = RequestFactory().get(path, SERVER_PORT=str(port), HTTP_HOST=host, secure=True).environ
        started: list[str] = []
        body = b"".join(application(environ, lambda status, _headers, *_: started.append(status)))
        return started[0], body.decode()

    return get


@pytest.mark.parametrize("path", ["/metrics", "/monitoring"])
def test_on_the_metrics_port(get: ask, path: str) -> None:
    """If red, Prometheus scrapes nothing, and every alert is silent."""
    status, body = get(path, settings.METRICS_PORT)
    assert status == "200 OK"
    assert "\n# TYPE strata_redirects_total counter\n" in body
    assert 'strata_build_info{version="dev"} 1.0' in body


@pytest.mark.parametrize("path", ["/metrics", "/monitoring", "/metrics/", "/monitoring/"])
@pytest.mark.parametrize("host", ["go.example.org", f"go.example.org:{settings.METRICS_PORT}"])
def test_not_on_the_public_port(get: ask, path: str, host: str) -> None:
    """If red, anybody on the internet reads how busy we are; the Host header, which anybody can write, decides."""
    status, body = get(path, settings.PORT, host)
    assert status == "404 Not Found", f"the public port answers {path} with {status}"
    assert "strata_" not in body


@pytest.mark.parametrize("path", ["/", "/spring", "/api/v1/docs", "/admin/", "/healthz/live"])
def test_the_metrics_port_serves_nothing_else(get: ask, path: str) -> None:
    """If red, the app can be reached around its ingress, without its rate limits and addresses."""
    status, body = get(path, settings.METRICS_PORT)
    assert status == "404 Not Found"
    assert "/metrics" in body, "whoever asks the wrong path should learn the right one"


def test_any_host_header_will_do(get: ask) -> None:
    """If red, Prometheus, which asks by the pod's address, gets a 400."""
    assert get("/metrics", settings.METRICS_PORT, "10.0.3.17:8001")[0] == "200 OK"


def test_the_answer_is_the_same_while_the_stores_are_away(get: ask, redis: Any) -> None:
    """If red, an outage takes away the very metrics that would show it."""
    from tests.unit.support.outages import database_away

    redis.refuse()
    with database_away():
        status, body = get("/metrics", settings.METRICS_PORT)
    assert status == "200 OK"
    assert "strata_redirects_total" in body
