"""What a receiver was sent, decoded: spans and samples as small values."""

import base64
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from testkit import process

SOURCE = Path(__file__).with_name("receiver.py")
"""The receiver's program, for a container."""

# Seconds.
_STARTS_WITHIN = 20
_ANSWERS_WITHIN = 10


@dataclass(frozen=True)
class Span:
    """One span. Ids in hexadecimal digits; `parent` is empty at a trace's root, `kind` is SERVER, CLIENT …

    resource: the attributes of who sent it.
    """

    name: str
    kind: str
    trace: str
    id: str
    parent: str
    failed: bool
    attributes: dict[str, Any]
    resource: dict[str, Any]
    events: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """One value of a gauge or a sum."""

    name: str
    unit: str
    value: float
    attributes: dict[str, Any]
    resource: dict[str, Any]


@dataclass(frozen=True)
class Receiver:
    """A running receiver, by its address."""

    address: str

    def bodies(self, path: str) -> list[bytes]:
        """Return what was sent to a path, message by message."""
        kept = requests.get(self.address, timeout=_ANSWERS_WITHIN).json()
        return [base64.b64decode(message["body"]) for message in kept if message["path"] == path]

    def spans(self) -> list[Span]:
        """Return all spans so far."""
        return [span for body in self.bodies("/v1/traces") for span in _spans(body)]

    def samples(self, path: str = "/v1/metrics") -> list[Sample]:
        """Return all samples so far."""
        return [sample for body in self.bodies(path) for sample in _samples(body)]


@contextmanager
def receiving(port: int, *, prefix: tuple[str, ...] = ()) -> Iterator[Receiver]:
    """Start a receiver on loopback as a child, and stop it on leaving. prefix: a command before it, such as taskset."""
    receiver = Receiver(f"http://127.0.0.1:{port}")
    command = [*prefix, sys.executable, str(SOURCE), str(port), "127.0.0.1"]
    with process.start(command, ready=lambda: requests.get(receiver.address, timeout=1).ok, timeout=_STARTS_WITHIN):
        yield receiver


def _spans(body: bytes) -> Iterator[Span]:
    for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = _plain(of_resource.resource.attributes)
        for scope in of_resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    name=span.name,
                    kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                    attributes=_plain(span.attributes),
                    resource=resource,
                    events=tuple(str(event) for event in (*span.events, *span.links)),
                )


def _samples(body: bytes) -> Iterator[Sample]:
    for of_resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        resource = _plain(of_resource.resource.attributes)
        for scope in of_resource.scope_metrics:
            for metric in scope.metrics:
                for point in (*metric.gauge.data_points, *metric.sum.data_points):
                    value = getattr(point, str(point.WhichOneof("value")))
                    yield Sample(metric.name, metric.unit, value, _plain(point.attributes), resource)


def _plain(attributes: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in attributes}
