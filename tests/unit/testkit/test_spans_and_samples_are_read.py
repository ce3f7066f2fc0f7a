"""Does the receiver give back, as small values, what was sent by OTLP?"""

import requests
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from testkit import otlp, process
from testkit.otlp import Sample, Span


def trace() -> bytes:
    message = ExportTraceServiceRequest()
    of_resource = message.resource_spans.add()
    of_resource.resource.attributes.add(key="process.pid").value.int_value = 7
    span = of_resource.scope_spans.add().spans.add(
        name="GET /{slug}", kind=2, trace_id=b"\x01" * 16, span_id=b"\x02" * 8, parent_span_id=b"\x03" * 8
    )
    span.attributes.add(key="http.route").value.string_value = "/{slug}"
    span.status.code = span.status.STATUS_CODE_ERROR
    span.events.add(name="exception")
    return bytes(message.SerializeToString())


def metrics() -> bytes:
    message = ExportMetricsServiceRequest()
    metric = message.resource_metrics.add().scope_metrics.add().metrics.add(name="job.duration", unit="s")
    metric.gauge.data_points.add(as_double=1.5).attributes.add(key="command").value.string_value = "migrate"
    return bytes(message.SerializeToString())


def test_what_was_sent_is_what_is_read() -> None:
    """Otherwise a test of traces is green on traces that say something else."""
    with otlp.receiving(process.free_port()) as receiver:
        for path, body in (("/v1/traces", trace()), ("/v1/metrics", metrics())):
            assert requests.post(receiver.address + path, data=body, timeout=5).status_code == 200
        (span,) = receiver.spans()
        samples = receiver.samples()
    assert span == Span(
        name="GET /{slug}",
        kind="SERVER",
        trace="01" * 16,
        id="02" * 8,
        parent="03" * 8,
        failed=True,
        attributes={"http.route": "/{slug}"},
        resource={"process.pid": 7},
        events=span.events,
    )
    assert "exception" in span.events[0]
    assert samples == [Sample("job.duration", "s", 1.5, {"command": "migrate"}, {})]
