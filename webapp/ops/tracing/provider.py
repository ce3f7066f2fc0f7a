"""This process's tracer: OpenTelemetry's SDK, sampling as the settings say, sending in the background.

No span waits for the receiver. Finished ones go into a bounded queue (OTEL_BSP_MAX_QUEUE_SIZE, 2,048), from which a
thread sends them every five seconds (OTEL_BSP_SCHEDULE_DELAY); while the receiver is away, the oldest are dropped.
"""

import atexit
import logging
import os
import socket
import threading
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import Tracer

from ops import otlp

logger = logging.getLogger("strata.tracing")

# Seconds that a process which ends gives its last spans: well within its grace period.
_LAST_SPANS = 2.0
_LIMITS = SpanLimits(max_span_attributes=16, max_span_attribute_length=200)


class Exporter(SpanExporter):
    """Sends spans to the receiver, each batch once, and says in the log when that begins and ends to fail."""

    def __init__(self, endpoint: str) -> None:
        self._url = f"{endpoint.rstrip('/')}/v1/traces"
        self._away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            otlp.post(self._url, encode_spans(spans).SerializeToString())
        except otlp.NotTaken as error:
            self._say(away=True, why=str(error))
            return SpanExportResult.FAILURE
        self._say(away=False)
        return SpanExportResult.SUCCESS

    def _say(self, *, away: bool, why: str = "") -> None:
        if away and not self._away:
            logger.warning("traces are lost until their receiver is back", extra={"fields": {"error": why}})
        if self._away and not away:
            logger.info("traces arrive again")
        self._away = away


def sampler() -> Sampler:
    """What the settings ask for."""
    name = settings.OTEL_TRACES_SAMPLER.removeprefix("parentbased_")
    ratio = TraceIdRatioBased(settings.OTEL_TRACES_SAMPLER_ARG)
    chosen = {"always_on": ALWAYS_ON, "always_off": ALWAYS_OFF, "traceidratio": ratio}[name]
    return ParentBased(chosen) if name != settings.OTEL_TRACES_SAMPLER else chosen


def tracer() -> Tracer:
    """This process's tracer. To be asked for after the fork: its sending thread would stay behind in the parent."""
    with _making:
        return _tracer()


_making = threading.Lock()  # the first requests come at the same time


@cache
def _tracer() -> Tracer:
    provider = TracerProvider(sampler(), _resource(), shutdown_on_exit=False, span_limits=_LIMITS)
    processor = BatchSpanProcessor(Exporter(settings.OTEL_EXPORTER_OTLP_ENDPOINT))
    provider.add_span_processor(processor)
    atexit.register(_send_the_last, processor)
    return provider.get_tracer("strata", settings.VERSION)


def _send_the_last(processor: BatchSpanProcessor) -> None:
    # The public method takes no time, and would wait half a minute for a receiver that is away.
    processor._batch_processor.shutdown(timeout_millis=int(_LAST_SPANS * 1e3))  # noqa: SLF001


def _resource() -> Resource:
    """Who sends. The process's number tells the workers of one server apart."""
    return Resource.create(
        {
            "service.name": settings.OTEL_SERVICE_NAME,
            "service.version": settings.VERSION,
            "service.instance.id": socket.gethostname(),
            "process.pid": os.getpid(),
        }
    )
