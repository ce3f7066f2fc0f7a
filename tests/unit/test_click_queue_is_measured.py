"""Does the monitoring see how many visits wait to be folded, in which queue, and for how long?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from links import batches, queue
from links.exposition import ClickQueue
from links.models import Hit, Link
from tests.unit.support.fake_redis import Redis
from tests.unit.support.outages import database_away

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def sample(db: None) -> Callable[[str, str], float | None]:
    registry = CollectorRegistry()
    registry.register(ClickQueue())
    return lambda what, name: registry.get_sample_value(f"strata_click_queue_{what}", {"queue": name})


Sample = Callable[[str, str], float | None]


def test_empty_queues(redis: Redis, sample: Sample) -> None:
    """If red, an alert on the queue's age fires while nothing waits, or the series is missing."""
    for name in ("redis", "table"):
        assert (sample("length", name), sample("age_seconds", name)) == (0, 0), name


def test_visits_in_redis(redis: Redis, sample: Sample, make_link: Callable[..., Link]) -> None:
    """If red, a flusher that stands still is not noticed."""
    for seconds_ago in (90, 30, 60):  # clocks of several machines need not agree
        queue.count(1, NOON.timestamp() - seconds_ago, "2027-03-01")
    assert sample("length", "redis") == 3
    assert sample("age_seconds", "redis") == 90, "the age is not that of the first visit that waits"


def test_visits_in_open_batches_wait_too(redis: Redis, sample: Sample) -> None:
    """If red, a flusher that dies in each fold looks healthy: the queue is short, and the batches pile up unseen."""
    for minutes_ago in (30, 20):
        queue.count(1, (NOON - timedelta(minutes=minutes_ago)).timestamp(), "2027-03-01")
        batches.take()
    queue.count(1, NOON.timestamp(), "2027-03-01")
    assert sample("length", "redis") == 3, "visits in batches are not counted as waiting"
    assert sample("age_seconds", "redis") == 1800, "the age is not that of the oldest batch"


def test_visits_in_the_table(sample: Sample) -> None:
    """If red, nobody sees that the table of hits grows."""
    for minutes_ago in (5, 10, 0):
        Hit.objects.create(link_id=1, at=NOON - timedelta(minutes=minutes_ago))
    assert (sample("length", "table"), sample("age_seconds", "table")) == (3, 600)
    assert sample("length", "redis") is None, "without Redis there is no such queue"


def test_a_queue_that_cannot_be_asked_has_no_sample(redis: Redis, sample: Sample) -> None:
    """If red, an outage shows as an empty queue: the alert resolves at the very moment it should fire."""
    redis.refuse()
    with database_away():
        for name in ("redis", "table"):
            assert sample("length", name) is None, name
            assert sample("age_seconds", name) is None, name
