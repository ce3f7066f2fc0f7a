"""Does every rule and every panel ask for metrics and labels that the app really has?"""

import pytest
from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase

from ops import metrics
from tests.unit.monitoring.written import RULES, expressions, ours

# Asked of both queues when a scrape comes (webapp/links/exposition.py).
_AT_SCRAPE = {"strata_click_queue_length": {"queue"}, "strata_click_queue_age_seconds": {"queue"}}


def exposed() -> dict[str, set[str]]:
    """Labels by the names that a scrape sees."""
    found: dict[str, set[str]] = dict(_AT_SCRAPE)
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            found |= _series(metric._name, set(metric._labelnames), metric)
    return found


def _series(name: str, labels: set[str], metric: MetricWrapperBase) -> dict[str, set[str]]:
    if isinstance(metric, Counter):
        return {f"{name}_total": labels}
    if isinstance(metric, Histogram):
        return {f"{name}_count": labels, f"{name}_sum": labels, f"{name}_bucket": labels | {"le"}}
    return {name: labels}


EXPOSED = exposed()
RECORDED = {rule.name for rule in RULES if not rule.is_alert}


@pytest.mark.parametrize(("where", "expression"), expressions(), ids=[where for where, _ in expressions()])
def test_a_metric_of_ours_exists(where: str, expression: str) -> None:
    """Red: a panel stays empty, or an alert never fires, and nobody is told."""
    for name, labels in ours(expression):
        assert name in EXPOSED or name in RECORDED, (
            f"{where} asks for {name}, which neither ops/metrics.py nor a rule has"
        )
        unknown = labels - EXPOSED.get(name, labels)
        assert not unknown, f"{where} asks {name} by {sorted(unknown)}; its labels are {sorted(EXPOSED[name])}"


def test_what_is_recorded_is_used() -> None:
    """Red: Prometheus computes for ever what nobody looks at."""
    used = {name for _, expression in expressions() for name, _ in ours(expression)}
    idle = sorted(RECORDED - used)
    assert not idle, f"no alert, rule or panel uses {', '.join(idle)}"


@pytest.mark.parametrize(
    ("metric", "le"), [("strata_http_request_duration_seconds_bucket", le) for le in ("0.1", "0.5")]
)
def test_a_promised_time_is_a_bucket(metric: str, le: str) -> None:
    """Red: how many answers were in time is not known: a bucket that does not exist counts nothing."""
    bounds = {str(bound) for bound in metrics.REQUEST_SECONDS._upper_bounds}
    asked = [expression for _, expression in expressions() if f'le="{le}"' in expression]
    assert asked, f'no rule counts answers within {le} s (le="{le}")'
    assert le in bounds, f"{metric} has no bucket for {le} s; it has {sorted(bounds)}"
