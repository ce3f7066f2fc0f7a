"""Can a dashboard's author rely on the metrics' names and labels, and does no visitor's word get into them?"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from links import redirects
from links.models import Link
from ops import metrics
from tests.unit.support.measured import metric_value

METRICS = {name: value for name, value in vars(metrics).items() if isinstance(value, MetricWrapperBase)}

# What the dashboards and alerts ask for; a rename here is a rename there.
PROMISED = {
    "strata_redirects": {"outcome"},
    "strata_links_created": {"via"},
    "strata_link_cache_lookups": {"result"},
    "strata_redis_unknown_fate": set(),
    "strata_rate_limited": {"limit"},
    "strata_rate_limiter_shared": set(),
    "strata_failed_calls": {"store"},
    "strata_breaker_open": {"store"},
    "strata_http_request_duration_seconds": {"kind", "status"},
    "strata_build_info": {"version"},
}


def families() -> dict[str, Any]:
    text = generate_latest(REGISTRY).decode()
    return {family.name: family for family in text_string_to_metric_families(text) if family.name.startswith("strata_")}


def test_the_promised_names_and_labels() -> None:
    """If red, a dashboard shows an empty panel and an alert never fires."""
    found = {metric._name: set(metric._labelnames) for metric in METRICS.values()}
    assert found == PROMISED


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_names_follow_prometheus(metric: MetricWrapperBase) -> None:
    """If red, functions such as rate() and histogram_quantile() are used on the wrong kind of series."""
    exposed = {sample.name for sample in families()[metric._name].samples} if metric._name in families() else set()
    if isinstance(metric, Counter):
        assert all(name.endswith("_total") for name in exposed), f"a counter's name ends in _total: {exposed}"
    if isinstance(metric, Histogram):
        assert metric._name.endswith("_seconds"), f"{metric._name}: times are in seconds"
    if isinstance(metric, Gauge):
        assert not metric._name.endswith("_total"), f"{metric._name} is a gauge, no counter"
        assert metric._multiprocess_mode != "all", f"{metric._name} would have a series for each worker that ever lived"
    assert metric._documentation.endswith("."), f"{metric._name} has no sentence that explains it"


def test_no_label_takes_its_value_from_a_request(client: Client, make_link: Callable[..., Link]) -> None:
    """If red, one visitor with a script fills the monitoring's memory, or people's links end up in it."""
    make_link("seen-slug", target="https://seen-target.example.org/")

    def labels() -> set[tuple[Any, ...]]:
        return {
            (sample.name, *sorted(sample.labels.items())) for family in families().values() for sample in family.samples
        }

    def ask_everything(word: str) -> None:
        for path in (
            "/seen-slug",
            f"/{word}",
            f"/{word}/",
            f"/{word}/x",
            f"/{word}+",
            f"/api/v1/links/{word}",
            f"/static/{word}",
        ):
            client.get(
                path, secure=True, HTTP_USER_AGENT=word, HTTP_REFERER=f"https://{word}/", REMOTE_ADDR="192.0.2.77"
            )
        client.generic(word.upper(), f"/{word}", secure=True)
        client.post("/login", {"username": word, "password": word}, secure=True)

    ask_everything("seen-once")
    before = labels()
    ask_everything("seen-twice")
    assert labels() == before, f"new series appeared: {labels() - before}"
    text = str(before)
    for word in ("seen-", "SEEN-", "192.0.2", "example.org"):
        assert word not in text, f"{word!r} is in a label"


def test_each_answer_is_timed_once_by_its_kind(client: Client, make_link: Callable[..., Link]) -> None:
    """If red, latency alerts mix probes with redirects, or miss answers."""
    make_link("spring")
    expected = {
        "/spring": ("redirect", "3xx"),
        "/nothing": ("page", "4xx"),
        "/healthz/live": ("health", "2xx"),
        "/api/v1/links": ("api", "4xx"),
        "/admin/login/": ("admin", "2xx"),
        "/static/none.css": ("static", "4xx"),
        "/links": ("page", "3xx"),
    }
    for path, (kind, status) in expected.items():
        name = "strata_http_request_duration_seconds_count"
        before = metric_value(name, kind=kind, status=status)
        client.get(path, secure=True)
        assert metric_value(name, kind=kind, status=status) == before + 1, f"{path} was not timed as {kind} {status}"


@pytest.mark.parametrize("path", ["/api/v1/links", "/links"])
def test_an_attempt_to_make_a_link_is_timed_as_one(client: Client, path: str) -> None:
    """If red, nobody can make a link, and the availability of creations is 100 %."""
    name = "strata_http_request_duration_seconds_count"

    def timed() -> float:
        return sum(metric_value(name, kind="creation", status=status) for status in ("2xx", "3xx", "4xx"))

    before = timed()
    client.post(path, secure=True)
    assert timed() == before + 1, f"POST {path} was not timed as a creation"


@pytest.mark.parametrize("crashes", [True, False])
def test_a_visit_that_fails_is_a_failed_redirect(
    client: Client, monkeypatch: pytest.MonkeyPatch, *, crashes: bool
) -> None:
    """If red, visits fail, and the availability of redirects is 100 %."""

    def fail(_: str) -> redirects.Visit:
        if crashes:
            raise ZeroDivisionError
        return redirects.Visit("unavailable")

    monkeypatch.setattr(redirects, "follow", fail)
    client.raise_request_exception = False
    name = "strata_http_request_duration_seconds_count"
    before = metric_value(name, kind="redirect", status="5xx")
    status = client.get("/spring", secure=True).status_code
    assert status >= 500, f"a visit that failed was answered with {status}"
    assert metric_value(name, kind="redirect", status="5xx") == before + 1, "it was not timed as a redirect that failed"


# What the app may bring to a Prometheus, whatever visitors do: series of one process, buckets included.
MOST_SERIES = 600
MOST_VALUES = 12


def test_there_are_few_series() -> None:
    """If red, each process costs Prometheus more memory than all that it watches."""
    samples = [sample for family in families().values() for sample in family.samples]
    assert len(samples) <= MOST_SERIES, f"{len(samples)} series after the tests so far; at most {MOST_SERIES}"
    values: dict[tuple[str, str], set[str]] = {}
    for sample in samples:
        for label in set(sample.labels) - {"le"}:
            values.setdefault((sample.name, label), set()).add(sample.labels[label])
    wide = {f"{name}{{{label}}}": len(found) for (name, label), found in values.items() if len(found) > MOST_VALUES}
    assert not wide, f"labels with more than {MOST_VALUES} values: {wide}"


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_name_tells_its_unit_and_no_label(metric: MetricWrapperBase) -> None:
    """If red, somebody reads milliseconds as seconds, or finds the same word as a name and as a label."""
    name = metric._name
    for unit in ("milliseconds", "ms", "minutes", "kb", "kilobytes", "percent"):
        assert not name.endswith(f"_{unit}"), f"{name} is in {unit}; Prometheus' base units are seconds, bytes, ratio"
    assert not set(name.split("_")) & set(metric._labelnames), f"{name} has one of its labels in its name"
    assert "le" not in metric._labelnames, f"{name}: `le` is the histograms' own label"
