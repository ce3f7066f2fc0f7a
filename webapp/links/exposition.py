"""/metrics and its alias /monitoring: what all worker processes counted, and how many visits wait to be folded."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.db.models import Count, Min
from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from links import batches
from links.batches import Waiting
from links.models import Hit
from ops import database, metrics
from ops.redis import RedisAway

PATHS = frozenset({"/metrics", "/monitoring"})


class ClickQueue(Collector):
    """Visits that wait, asked of both queues when a scrape comes. A queue that cannot be asked has no sample."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        length = GaugeMetricFamily("strata_click_queue_length", "Visits not yet folded, by queue.", labels=["queue"])
        age = GaugeMetricFamily("strata_click_queue_age_seconds", "Age of the oldest such visit.", labels=["queue"])
        for name, ask in (("redis", _in_redis), ("table", _in_table)):
            if (waiting := ask()) is not None:
                length.add_metric([name], waiting.visits)
                age.add_metric([name], time.time() - waiting.since if waiting.since else 0.0)
        yield length
        yield age


def metrics_site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application behind the metrics port."""
    if environ.get("PATH_INFO") not in PATHS:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"This port answers /metrics and /monitoring.\n"]
    metrics.BUILD.labels(settings.VERSION).set(1)
    try:
        return list(make_wsgi_app(_registry())(environ, start_response))
    finally:
        close_old_connections()


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(ClickQueue())
    return registry


def _in_redis() -> Waiting | None:
    try:
        return batches.waiting()
    except (RedisAway, RedisError):
        return None


def _in_table() -> Waiting | None:
    try:
        with database.guarded():
            found = Hit.objects.aggregate(visits=Count("id"), since=Min("at"))
    except database.DatabaseAway:
        return None
    return Waiting(found["visits"], found["since"].timestamp() if found["since"] else None)
