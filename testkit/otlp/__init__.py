"""A receiver of OpenTelemetry's traces and metrics for tests, and what it was sent as small values.

    with otlp.receiving(free_port()) as receiver:
        start_the_app(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.address)
        spans = wait.until(receiver.spans, timeout=10, every=0.1, why="a span to arrive")
        assert spans[0].attributes["http.route"] == "/{slug}"

`receiver.py` needs nothing but Python: in a container, `python -c "$(cat receiver.py)" PORT` beside the app is the
receiver, and `Receiver("http://127.0.0.1:<published port>")` asks what it has.

Needs `opentelemetry-proto`: `pip install strata-testkit[otlp]`.
"""

from testkit.otlp.received import SOURCE, Receiver, Sample, Span, receiving

__all__ = ["SOURCE", "Receiver", "Sample", "Span", "receiving"]
