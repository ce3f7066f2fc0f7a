"""Does a visit ask no more of the stores than one round trip, one indexed read, or one INSERT without Redis?"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from links import redirects
from links.models import Link
from tests.unit.support.clock import Clock
from tests.unit.support.fake_redis import Redis
from tests.unit.support.measured import metric_value


@pytest.fixture
def queries(db: None) -> Iterator[Callable[[], list[str]]]:
    """The statements since the last call."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    connection.execute_wrappers.append(note)
    try:
        yield lambda: [seen.pop(0) for _ in range(len(seen))]
    finally:
        connection.execute_wrappers.remove(note)


def test_a_cached_redirect(
    redis: Redis, client: Client, make_link: Callable[..., Link], queries: Callable[[], list[str]]
) -> None:
    """If red, the path nearly every request takes became slower by a round trip, or needs the database."""
    make_link("spring")
    client.get("/spring", secure=True)
    client.get("/spring", secure=True)
    queries()
    redis.commands.clear()
    assert client.get("/spring", secure=True).status_code == 302
    assert redis.trips == 1, f"a cached redirect sent {redis.trips} commands to Redis: {redis.commands}"
    assert queries() == [], "a cached redirect asked the database"
    assert metric_value("strata_link_cache_lookups_total", result="hit") == 2


@pytest.mark.parametrize("fields", [{"enabled": False}, {"target": "https://example.org/"}])
def test_an_uncached_redirect(
    redis: Redis,
    client: Client,
    make_link: Callable[..., Link],
    queries: Callable[[], list[str]],
    fields: dict[str, Any],
) -> None:
    """If red, links that are rarely visited cost the database more than one indexed read."""
    make_link("spring", **fields)
    redirects.follow("other")  # teaches Redis the first script
    queries()
    redis.commands.clear()
    redirects.follow("spring")
    asked = queries()
    assert len(asked) == 1, f"a miss made {len(asked)} queries: {asked}"
    # One more for a script that Redis did not know yet.
    assert redis.trips <= 3, f"a miss sent {redis.trips} commands: {redis.commands}"


def test_that_read_goes_by_the_index(db: None, make_link: Callable[..., Link]) -> None:
    """If red, every miss scans the whole table."""
    make_link("spring")
    with CaptureQueriesContext(connection) as captured:
        redirects.follow("spring")
    select = next(query["sql"] for query in captured if query["sql"].startswith("SELECT"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {select}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "USING INDEX" in plan, f"the look-up of a slug is planned as: {plan}"


def test_without_redis_a_hit_is_one_insert(
    client: Client, make_link: Callable[..., Link], queries: Callable[[], list[str]]
) -> None:
    """If red, the fallback updates counters in place, and visits of a popular link wait for each other."""
    make_link("spring")
    client.get("/spring", secure=True)
    queries()
    assert client.get("/spring", secure=True).status_code == 302
    asked = [sql.split()[0] for sql in queries()]
    assert asked == ["INSERT"], f"a visit from memory ran {asked}"


def test_no_visit_updates_a_row(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], queries: Callable[[], list[str]]
) -> None:
    """If red, a hot link is limited by one row's lock."""
    make_link("spring")
    queries()
    for trouble in (redis.recover, redis.refuse, redis.recover):
        trouble()
        clock.advance(5)
        client.get("/spring", secure=True)
    assert not [sql for sql in queries() if sql.startswith("UPDATE")]
