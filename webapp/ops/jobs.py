"""What a short-lived job tells Prometheus at its end: by OTLP, as nobody can scrape a process that is gone.

On where OTEL_EXPORTER_OTLP_METRICS_ENDPOINT names a receiver, for the commands in JOBS. A job never fails because of it
and never waits for it longer than PATIENCE. All are gauges of the last run, one series a command: a counter that
begins anew with each process would say nothing.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from ops import otlp

logger = logging.getLogger("strata.jobs")

JOBS = frozenset({"migrate", "flush_clicks"})

# Seconds. Not left to the sockets' time-outs: looking a name up has none.
PATIENCE = 5.0

# What a job did, by name; a command adds to it. Prometheus shows `visits_folded` as strata_job_visits_folded.
done: Counter[str] = Counter()


@contextmanager
def reported(command: str) -> Iterator[None]:
    """Runs a block as the job `command`, and reports how it ended."""
    begin = time.monotonic()
    succeeded = False
    try:
        yield
        succeeded = True
    except SystemExit as end:
        succeeded = not end.code
        raise
    finally:
        # Settings that are wrong have ended the job before it began.
        if command in JOBS and settings.configured and settings.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT:
            _report(command, {"succeeded": float(succeeded), **done}, time.monotonic() - begin)


def _report(command: str, facts: dict[str, float], seconds: float) -> None:
    # Prometheus appends the unit to the name: strata_job_duration_seconds.
    measured = [(f"strata.job.{name}", "", float(value)) for name, value in facts.items()]
    measured += [("strata.job.duration", "s", seconds), ("strata.job.end_timestamp", "s", time.time())]
    sender = threading.Thread(target=_send, args=(command, measured), daemon=True)
    sender.start()
    sender.join(PATIENCE)
    if sender.is_alive():
        logger.warning("the job's metrics were not taken in time", extra={"fields": {"command": command}})


def _send(command: str, measured: list[tuple[str, str, float]]) -> None:
    try:
        otlp.post(settings.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, _message(command, measured))
    except (otlp.NotTaken, ImportError) as error:
        fields = {"command": command, "error": str(error)}
        logger.warning("the job's metrics were not taken", extra={"fields": fields})


def _message(command: str, measured: list[tuple[str, str, float]]) -> bytes:
    otlp.make_importable()
    # Here, because a job that reports nothing shall not import it.
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (  # noqa: PLC0415
        ExportMetricsServiceRequest,
    )

    request = ExportMetricsServiceRequest()
    of_all = request.resource_metrics.add()
    of_all.resource.attributes.add(key="service.name").value.string_value = settings.OTEL_SERVICE_NAME
    scope = of_all.scope_metrics.add()
    now = time.time_ns()
    for name, unit, value in measured:
        metric = scope.metrics.add(name=name, unit=unit)
        point = metric.gauge.data_points.add(time_unix_nano=now, as_double=value)
        point.attributes.add(key="command").value.string_value = command
    return bytes(request.SerializeToString())
