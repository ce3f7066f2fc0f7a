"""Does what a job pushes by OTLP become a series like all others?"""

import time

import requests

from testkit import wait
from testkit.prometheus import Prometheus, Sample


def test_a_pushed_metric_is_found_by_its_prometheus_name(prometheus: Prometheus) -> None:
    """Red: what migrations and flushes report goes nowhere."""
    attribute = {"key": "service.name", "value": {"stringValue": "strata-test"}}
    point = {"timeUnixNano": str(time.time_ns()), "asDouble": 1.5}
    metric = {"name": "strata.test.duration", "unit": "s", "gauge": {"dataPoints": [point]}}
    body = {"resourceMetrics": [{"resource": {"attributes": [attribute]}, "scopeMetrics": [{"metrics": [metric]}]}]}
    answer = requests.post(f"{prometheus.url}/api/v1/otlp/v1/metrics", json=body, timeout=10)
    assert answer.ok, f"/api/v1/otlp answers {answer.status_code}: {answer.text}; is --web.enable-otlp-receiver set?"

    def probe() -> list[Sample] | wait.NotYet:
        found = prometheus.query('{job="strata-test"}')
        return found or wait.NotYet("nothing with the job strata-test")

    (sample,) = wait.until(probe, 10, every=0.2, why="the pushed metric to be found")
    assert sample.labels["__name__"] == "strata_test_duration_seconds", f"it is called {sample.labels['__name__']}"
    assert sample.value == 1.5, f"1.5 was pushed, {sample.value} arrived"
