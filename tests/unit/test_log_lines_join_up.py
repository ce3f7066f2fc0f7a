"""Is every answer one line of JSON with an id that the client has too?"""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from links.models import Link
from ops.logs import JsonFormatter, request_id

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What has been logged, as production formats it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_an_answer_is_one_line_with_its_id(client: Client, make_link: Callable[..., Link], lines: Lines) -> None:
    """If red, nobody can find the log line of the request a user complains about."""
    make_link("spring")
    response = client.get("/spring?a=b", secure=True, REMOTE_ADDR="192.0.2.1", HTTP_USER_AGENT="somebody")
    [line] = lines()
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert (line["method"], line["path"], line["status"], line["level"]) == ("GET", "/spring", 302, "INFO")
    assert line["ms"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", line["time"]), "times are UTC, and say so"
    # No personal data: neither who it was, nor what they were looking for.
    assert "192.0.2.1" not in str(line)
    assert "somebody" not in str(line)
    assert "a=b" not in str(line)


@pytest.mark.parametrize("given", ["abcDEF12", "a" * 64, "00-4bf92f3577b34da6a3ce929d0e0e4736-01", "trace_1.2-3"])
def test_a_sane_id_of_the_caller_s_is_kept(client: Client, given: str) -> None:
    """If red, a request cannot be followed from the ingress through to the app."""
    assert client.get("/healthz/live", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, 'x"},{"level":"fake', "white space", "ümlaut-id-x", "<script>1234"]
)
def test_any_other_id_is_replaced(client: Client, given: str) -> None:
    """If red, a client writes into the logs, or makes lines as long as it likes."""
    answered = client.get("/healthz/live", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert answered != given
    assert re.fullmatch(r"[0-9a-f]{32}", answered)


def test_each_request_has_its_own(client: Client) -> None:
    """If red, lines of different requests are taken for one story."""
    answered = {client.get("/healthz/live").headers["X-Request-ID"] for _ in range(10)}
    assert len(answered) == 10
    assert request_id.get() == "", "the id outlives its request, and marks what comes after"


def test_probes_write_no_lines(client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, the logs are mostly probes, and cost money."""
    from ops import health

    monkeypatch.setattr(health.observer, "refresh_soon", lambda: None)
    client.get("/healthz/live")
    client.get("/healthz/ready")
    assert lines() == []


def test_a_crash_leaves_its_traceback_and_its_id(
    client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    """If red, a 500 cannot be found in the logs, or not understood."""
    from links import redirects

    def fail(_slug: str) -> Any:
        raise ZeroDivisionError("by a visitor")

    monkeypatch.setattr(redirects, "follow", fail)
    client.raise_request_exception = False
    response = client.get("/spring", secure=True)
    assert response.status_code == 500
    assert "ZeroDivisionError" not in response.content.decode(), "the page shows our insides"
    crash = [line for line in lines() if "exception" in line]
    assert len(crash) == 1, f"lines: {lines()}"
    assert "ZeroDivisionError: by a visitor" in crash[0]["exception"]
    assert crash[0]["request_id"] == response.headers["X-Request-ID"]


def test_a_line_is_one_line_whatever_is_in_it(lines: Lines) -> None:
    """If red, a newline in a value breaks the log shipper, or forges a line."""
    logging.getLogger("strata.test").warning(
        "two\nlines %s", "and “more”", extra={"fields": {"odd": {1, 2}, "n": None}}
    )
    [line] = lines()
    assert line["message"] == "two\nlines and “more”"
    assert line["n"] is None


def test_production_logs_go_to_stdout_as_json() -> None:
    """If red, the container's logs are empty, or not what the collector parses."""
    configured: dict[str, Any] = settings.LOGGING
    assert configured["root"]["handlers"] == ["stdout"]
    handler = configured["handlers"]["stdout"]
    assert handler["stream"] == "ext://sys.stdout"
    formatter = configured["formatters"][handler["formatter"]]
    assert import_string(formatter["()"]) is JsonFormatter
