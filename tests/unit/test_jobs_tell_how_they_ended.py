"""Does a short-lived job tell how it ended, and does it never fail or wait because of that?"""

import logging
import threading
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from ops import jobs, otlp

URL = "http://prometheus:9090/api/v1/otlp/v1/metrics"


@pytest.fixture
def posted(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes]]:
    """What was sent, and where to; the receiver's address is set."""
    settings.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT = URL
    kept: list[tuple[str, bytes]] = []
    monkeypatch.setattr(otlp, "post", lambda url, body: kept.append((url, body)))
    monkeypatch.setattr(jobs, "done", type(jobs.done)())
    return kept


def told(posted: list[tuple[str, bytes]]) -> dict[str, float]:
    """The values by name and unit, all of one command."""
    ((url, body),) = posted
    assert url == URL
    (of_resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    assert of_resource.resource.attributes[0].value.string_value == "strata"
    values = {}
    for metric in of_resource.scope_metrics[0].metrics:
        (point,) = metric.gauge.data_points
        assert [label.key for label in point.attributes] == ["command"], "a label that may grow without bound"
        values[f"{metric.name} {metric.unit}".strip()] = point.as_double
    return values


def run(command: str, ends_with: BaseException | None = None) -> None:
    with jobs.reported(command):
        jobs.done["visits_folded"] += 7
        if ends_with:
            raise ends_with


@pytest.mark.parametrize(
    ("end", "succeeded"),
    [(None, 1.0), (SystemExit(), 1.0), (SystemExit(0), 1.0), (SystemExit(1), 0.0), (ZeroDivisionError(), 0.0)],
)
def test_a_job_tells_whether_it_succeeded(
    posted: list[tuple[str, bytes]], end: BaseException | None, succeeded: float
) -> None:
    """If red, a failed migration looks like one that went well."""
    if end is None:
        run("flush_clicks")
    else:
        with pytest.raises(type(end)):
            run("flush_clicks", end)
    values = told(posted)
    told_it = values["strata.job.succeeded"]
    assert told_it == succeeded, f"a job that ended with {end!r} told strata.job.succeeded {told_it}"
    assert values["strata.job.visits_folded"] == 7
    assert set(values) == {
        "strata.job.succeeded",
        "strata.job.visits_folded",
        "strata.job.duration s",
        "strata.job.end_timestamp s",
    }


@pytest.mark.parametrize(("command", "url"), [("migrate", ""), ("create_user", URL), ("", URL)])
def test_nothing_is_sent_unless_asked_for(
    posted: list[tuple[str, bytes]], settings: Any, command: str, url: str
) -> None:
    """If red, each command waits for a Prometheus that is not there."""
    settings.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT = url
    run(command)
    assert posted == [], f"the metrics of {command!r} were sent unasked"


def test_a_receiver_that_refuses_fails_no_job(
    posted: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If red, no release arrives while Prometheus is away."""

    def post(*_: Any) -> None:
        raise otlp.NotTaken("refused")

    monkeypatch.setattr(otlp, "post", post)
    with caplog.at_level(logging.WARNING):
        run("migrate")
    assert [record.message for record in caplog.records] == ["the job's metrics were not taken"]


def test_a_job_does_not_wait_for_a_receiver_that_hangs(
    posted: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If red, a migration's Job runs into its deadline because a name server does not answer."""
    answered = threading.Event()
    monkeypatch.setattr(otlp, "post", lambda *_: answered.wait(20))
    monkeypatch.setattr(jobs, "PATIENCE", 0.05)
    with caplog.at_level(logging.WARNING):
        run("migrate")
    hung = not answered.is_set()
    answered.set()
    assert hung
    assert [record.message for record in caplog.records] == ["the job's metrics were not taken in time"]
