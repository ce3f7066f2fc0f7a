"""Does anybody wait for the receiver of traces: a request, or a process that ends?"""

import atexit
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult

from ops import otlp
from ops.tracing import provider
from testkit import otlp as receivers
from testkit import process

# Seconds within which a thousand spans end; one that waited would take the time-out of two.
AT_ONCE = 1.0
# Seconds that a process which ends may wait: two, and what a busy machine adds. All these spans would take four.
AT_ITS_END = 3.0


@pytest.fixture
def deaf() -> Iterator[str]:
    """A receiver that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def last(settings: Any, monkeypatch: pytest.MonkeyPatch, deaf: str) -> Iterator[list[Any]]:
    """What the process would do at its end, for a tracer whose receiver is deaf."""
    settings.OTEL_EXPORTER_OTLP_ENDPOINT, settings.OTEL_TRACES_SAMPLER = deaf, "always_on"
    kept: list[Any] = []
    monkeypatch.setattr(atexit, "register", lambda function, *values: kept.append((function, values)))
    provider._tracer.cache_clear()
    yield kept
    provider._tracer.cache_clear()


@pytest.mark.first
def test_neither_a_request_nor_the_end_waits_for_the_receiver(last: list[Any]) -> None:
    """If red, an outage of the monitoring is an outage of the links, and a rollout waits for it as well."""
    tracer = provider.tracer()
    begin = time.monotonic()
    for _ in range(1_000):
        tracer.start_span("GET /{slug}").end()
        if (seconds := time.monotonic() - begin) > AT_ONCE:
            break
    assert seconds < AT_ONCE, f"spans took {seconds:.1f} s to end: something waits for the receiver"
    ((function, values),) = last
    begin = time.monotonic()
    function(*values)
    seconds = time.monotonic() - begin
    assert seconds < AT_ITS_END, f"the process waits {seconds:.1f} s for the receiver at its end"


def test_spans_arrive_where_the_settings_say(settings: Any) -> None:
    """If red, traces go to a path that answers 404."""
    with receivers.receiving(process.free_port()) as receiver:
        for endpoint in (receiver.address, receiver.address + "/"):
            settings.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint
            assert provider.Exporter(endpoint).export([]) is SpanExportResult.SUCCESS
        assert len(receiver.bodies("/v1/traces")) == 2


def test_an_outage_is_two_lines_in_the_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """If red, an outage of the APM fills the logs, or nobody learns of it."""
    answers = iter([otlp.NotTaken("refused"), otlp.NotTaken("refused"), None, None, otlp.NotTaken("refused")])

    def post(*_: Any) -> None:
        if answer := next(answers):
            raise answer

    monkeypatch.setattr(otlp, "post", post)
    exporter = provider.Exporter("http://collector:4318")
    with caplog.at_level(logging.INFO):
        results = [exporter.export([]).name for _ in range(5)]
    assert results == ["FAILURE", "FAILURE", "SUCCESS", "SUCCESS", "FAILURE"]
    said = [record.message for record in caplog.records]
    assert len(said) == 3, said
    assert ("lost" in said[0], "again" in said[1], "lost" in said[2]) == (True, True, True), said


@pytest.mark.parametrize("status", [404, 503])
def test_a_refusal_is_told_with_what_was_answered(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, whoever reads the log does not learn why nothing arrives."""
    monkeypatch.setattr(otlp, "_ask", lambda *_: (status, b"no such receiver"))
    with pytest.raises(otlp.NotTaken, match=f"http://x/v1/traces answered {status} no such receiver"):
        otlp.post("http://x/v1/traces", b"")
