"""Do cached links go on working, and counting, while the database is away?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from links import services
from links.models import Link
from tests.unit.support.clock import Clock
from tests.unit.support.fake_redis import Redis
from tests.unit.support.measured import metric_value
from tests.unit.support.outages import database_away

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def test_a_link_used_before_goes_on_for_a_day(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], time_machine: Any
) -> None:
    """If red, a database restart takes down every short link within five seconds."""
    make_link("spring")
    client.get("/spring", secure=True)
    with database_away():
        for hours in (0.01, 1, 10, 12.9):
            time_machine.move_to(NOON + timedelta(hours=hours), tick=False)
            clock.advance(2)
            response = client.get("/spring", secure=True)
            assert response.status_code == 302, f"{hours} h into the outage"
    assert redis.data.hget("strata:clicks", "total") == "5", "visits served from a stale entry are not counted"
    assert metric_value("strata_link_cache_lookups_total", result="stale") == 4


def test_what_nobody_uses_is_not_kept_for_ever(redis: Redis, client: Client, make_link: Callable[..., Link]) -> None:
    """If red, Redis fills with every link that was ever visited, and starts to refuse writes."""
    make_link("spring")
    client.get("/spring", secure=True)
    kept = redis.data.ttl("strata:link:spring")
    assert 3_600 <= kept <= 86_400, f"an entry is kept for {kept} s (-1 means for ever)"


@pytest.mark.parametrize(
    ("fields", "status"), [({"enabled": False}, 410), ({"expires_at": NOON + timedelta(minutes=1)}, 410)]
)
def test_a_stale_entry_keeps_its_rules(
    redis: Redis, client: Client, make_link: Callable[..., Link], fields: dict[str, Any], status: int, time_machine: Any
) -> None:
    """If red, links that are off or over come back to life as soon as the database is away."""
    make_link("spring", **fields)
    client.get("/spring", secure=True)
    pending = redis.data.hgetall("strata:clicks")
    time_machine.shift(timedelta(minutes=1))
    with database_away():
        seen = client.get("/spring", secure=True).status_code
    assert seen == status, f"while the database was away the link answered {seen}"
    assert redis.data.hgetall("strata:clicks") == pending, "a visit that led nowhere was counted"


def test_a_deleted_link_does_not_come_back_to_life(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], time_machine: Any
) -> None:
    """If red, a link deleted for abuse, and answered 404 ever since, redirects again while the database is away."""
    link = make_link("spring")
    client.get("/spring", secure=True)
    redis.hang()  # the invalidation is lost
    services.delete_link(link)
    redis.recover()
    time_machine.shift(timedelta(seconds=5))
    assert client.get("/spring", secure=True).status_code == 404
    with database_away():
        status = client.get("/spring", secure=True).status_code
    assert status != 302, "a link known to be deleted was served from what was left of it in Redis"


def test_after_the_outage_changes_are_seen_again(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], time_machine: Any
) -> None:
    """If red, one outage makes the cache believe itself for good."""
    link = make_link("spring", target="https://example.org/old")
    client.get("/spring", secure=True)
    time_machine.shift(timedelta(minutes=5))
    with database_away():
        seen = client.get("/spring", secure=True).status_code
        assert seen == 302, f"five minutes after its last visit the link answered {seen}"
    redis.hang(applied=False)
    services.change_link(link, {"target": "https://example.org/new"})
    redis.recover()
    time_machine.shift(timedelta(seconds=5))
    clock.advance(5)
    assert client.get("/spring", secure=True).headers["Location"] == "https://example.org/new"
