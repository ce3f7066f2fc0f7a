"""Are jobs told where to leave what they did, and does Prometheus take it there?"""

from urllib.parse import urlsplit

from tests.k8s.support.overlays import ROOT, configuration, overlay, pod

NAME = "local-monitored"
VARIABLE = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"


def test_jobs_push_to_prometheus_own_receiver() -> None:
    """Red: a migration fails, or takes ten times as long, and no alert can know."""
    said = configuration(NAME).get(VARIABLE, "")
    where = urlsplit(said)
    assert where.path == "/api/v1/otlp/v1/metrics", f"{NAME}: ConfigMap: {VARIABLE} is {said!r}; the path is another"
    services = {item["metadata"]["name"]: item["spec"]["ports"] for item in overlay(NAME).of("Service")}
    ports = [port["port"] for port in services.get(str(where.hostname), [])]
    assert where.port in ports, f"{NAME}: ConfigMap: {VARIABLE} is {said}; no Service there has that port: {ports}"
    runs = pod(NAME, "prometheus").main().get("args", [])
    assert "--web.enable-otlp-receiver" in runs, f"{NAME}: Prometheus takes nothing: it runs {runs}"


def test_compose_pushes_to_the_same() -> None:
    """Red: what was tried with Compose is not what runs."""
    line = f"JOB_METRICS={configuration(NAME)[VARIABLE]} docker compose"
    assert line in (ROOT / "Makefile").read_text(), f"Makefile: `make monitoring` does not say {line}"
