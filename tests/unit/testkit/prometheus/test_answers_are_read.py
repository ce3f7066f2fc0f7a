"""Are a Prometheus' answers read as they are meant, and is what is wrong named?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from testkit import wait
from testkit.prometheus import Prometheus, QueryRefused, Selector


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], status: int = 200) -> Iterator[Prometheus]:
    """A Prometheus whose API gives these answers, by the last part of the path."""

    def get(url: str, **_: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = status
        data = answers[urlsplit(url).path.removeprefix("/api/v1/")]
        body = {"status": "success", "data": data} if status == 200 else {"status": "error", "error": data}
        response._content = json.dumps(body).encode()
        return response

    monkeypatch.setattr(requests, "get", get)
    yield Prometheus("http://prometheus.test")


def test_vectors_and_scalars_are_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a test compares the time of an answer with what it is about."""
    vector = [{"metric": {"job": "web"}, "value": [1.5, "2"]}, {"metric": {"job": "db"}, "value": [1.5, "NaN"]}]
    with answering(monkeypatch, {"query": {"resultType": "vector", "result": vector}}) as prometheus:
        web, db = prometheus.query("up")
        assert (web.labels["job"], web.value, web.is_number, db.is_number) == ("web", 2.0, True, False)
    with answering(monkeypatch, {"query": {"resultType": "scalar", "result": [1.5, "3"]}}) as prometheus:
        assert [one.value for one in prometheus.query("3")] == [3.0]


def test_a_refused_expression_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: of a hundred expressions one is wrong, and the message does not say which."""
    with (
        answering(monkeypatch, {"query": "parse error: unexpected end"}, status=400) as prometheus,
        pytest.raises(QueryRefused, match=r"rate\(up: parse error: unexpected end"),
    ):
        prometheus.query("rate(up")


def test_selectors_are_found_in_the_parsed_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a misspelt metric inside of a function is not looked for."""
    inner = {"type": "matrixSelector", "name": "hits_total", "matchers": [{"name": "__name__"}, {"name": "kind"}]}
    tree = {"type": "binaryExpr", "lhs": {"type": "call", "args": [inner]}, "rhs": {"type": "numberLiteral"}}
    with answering(monkeypatch, {"parse_query": tree}) as prometheus:
        assert prometheus.selectors("…") == [Selector("hits_total", frozenset({"kind"}))]


def test_a_target_that_is_not_up_is_named_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: whoever reads the failure has to start everything again to learn which port was wrong."""
    labels = {"job": "web", "instance": "web:8001"}
    down = {"labels": labels, "health": "down", "lastError": "connection refused"}
    with (
        answering(monkeypatch, {"targets": {"activeTargets": [down]}}) as prometheus,
        pytest.raises(wait.WaitTimeout, match="web at web:8001 is down: connection refused; db has no target"),
    ):
        prometheus.wait_until_all_up(0, frozenset({"web", "db"}))


def test_an_alert_that_fires_anywhere_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: of two instances one still waits, and the alert that fires for the other is overlooked."""
    found = [{"labels": {"alertname": "A"}, "state": state} for state in ("pending", "firing", "pending")]
    with answering(monkeypatch, {"alerts": {"alerts": found}}) as prometheus:
        assert prometheus.alerts() == {"A": "firing"}
