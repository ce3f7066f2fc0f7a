"""Is every visit folded exactly once when the flusher is killed, at whichever step, and started again?"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from django.db import connection
from redis.exceptions import RedisError

from links import batches, flush, queue
from links.models import AppliedBatch, DailyClicks, Hit, Link
from tests.unit.support.crashes import Run, crash_at, observed
from tests.unit.support.fake_redis import Redis

# The same lines some hundred times over, which other tests have run as well.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.uncounted]

DAY = "2027-03-01"
VISITS = 3


@pytest.fixture
def link(make_link: Callable[..., Link]) -> Link:
    return make_link("spring")


def visit_in_redis(link: Link, visits: int = VISITS) -> None:
    for _ in range(visits):
        queue.count(link.pk, 1_800_000_000.0, DAY)


def visit_in_table(link: Link, visits: int = VISITS) -> None:
    Hit.objects.bulk_create(Hit(link_id=link.pk) for _ in range(visits))


def stored(link: Link) -> int:
    return sum(DailyClicks.objects.filter(link=link).values_list("count", flat=True))


def start_over(redis: Redis) -> None:
    redis.data.flushall()
    for model in (AppliedBatch, DailyClicks, Hit):
        model.objects.all().delete()


def flush_both() -> None:
    flush.flush_redis()
    flush.flush_hits()


def kill_everywhere(redis: Redis, once: Callable[[int], Run]) -> list[str]:
    """Calls `once` with a boundary after the other until a run comes to its end; returns the boundaries met."""
    met: list[str] = []
    while (run := once(len(met))).crashed:
        met.append(run.boundary)
        start_over(redis)
    return met


def test_killed_once_at_each_boundary(redis: Redis, link: Link) -> None:
    """If red, killing the flusher loses visits or counts them twice: the product's promise is broken."""

    def once(number: int) -> Run:
        visit_in_redis(link)
        visit_in_table(link)
        with crash_at(redis, number) as run:
            flush_both()
        visit_in_redis(link, 1)  # visitors do not wait for the flusher's restart
        flush_both()
        assert stored(link) == 2 * VISITS + 1, (
            f"killed {run.boundary}: {stored(link)} visits are stored, {2 * VISITS + 1} were made"
        )
        assert redis.data.keys("strata:batch*") == [], f"killed {run.boundary}: a batch is left behind for ever"
        return run

    met = kill_everywhere(redis, once)
    assert met.count("after COMMIT") >= 2, f"the commits were not among the boundaries: {met}"
    assert any("AppliedBatch" in boundary or "applied" in boundary for boundary in met), "the mark was never written"
    assert len(met) > 15, f"only {len(met)} boundaries: {met}"


def test_killed_again_at_each_boundary_of_the_repair(redis: Redis, link: Link) -> None:
    """If red, a flusher that is killed twice in a row (a node that keeps rebooting) breaks the counts."""

    def once(number: int) -> Run:
        visit_in_redis(link)
        batches.take()
        [batch] = batches.open_batches()
        flush.fold(batch, batches.read(batch))  # and killed before it was dropped
        visit_in_redis(link)
        batches.take()  # killed before it was folded
        visit_in_redis(link)
        with crash_at(redis, number) as run:
            flush.flush_redis()
        flush.flush_redis()
        assert stored(link) == 3 * VISITS, f"killed {run.boundary}: {stored(link)} stored, {3 * VISITS} made"
        return run

    assert len(kill_everywhere(redis, once)) > 15


@pytest.mark.parametrize("trouble", ["hang, applied", "hang, not applied", "cut, applied", "cut, not applied", "OOM"])
def test_redis_lost_at_each_boundary(redis: Redis, link: Link, trouble: str) -> None:
    """If red, a Redis that goes away in the middle of a flush breaks the counts, or the flusher with them."""

    def break_redis() -> None:
        applied = "not" not in trouble
        if trouble == "OOM":
            redis.answer("OOM command not allowed when used memory > 'maxmemory'.")
        elif trouble.startswith("hang"):
            redis.hang(applied=applied)
        else:
            redis.cut(applied=applied)

    def once(number: int) -> Run:
        visit_in_redis(link)

        def lose_redis(run: Run) -> None:
            if run.passed == number:
                run.crashed = True
                break_redis()

        with observed(redis, lose_redis) as run, suppress(RedisError):
            flush.flush_redis()
        redis.recover()
        flush.flush_redis()
        assert stored(link) == VISITS, f"{trouble} {run.boundary}: {stored(link)} stored, {VISITS} made"
        return run

    assert len(kill_everywhere(redis, once)) > 10


def test_a_second_flusher_at_each_boundary(redis: Redis, link: Link) -> None:
    """If red, two flushers at once (a rolling update of theirs) count visits twice or lose them."""
    stepped_in: list[str] = []

    def once(number: int) -> Run:
        made = 2 * VISITS
        visit_in_redis(link)
        visit_in_table(link)

        def step_in(run: Run) -> None:
            nonlocal made
            if run.passed != number:
                return
            run.crashed = True  # from here on nobody interferes
            # Inside the first one's transaction the second could do no more than wait for its lock.
            if connection.get_autocommit() and not connection.connection.in_transaction:
                stepped_in.append(run.boundary)
                visit_in_redis(link, 1)
                visit_in_table(link, 1)
                made += 2
                flush_both()

        with observed(redis, step_in) as run:
            flush_both()
        flush_both()
        assert stored(link) == made, f"second flusher {run.boundary}: {stored(link)} stored, {made} made"
        assert not Hit.objects.exists()
        return run

    assert len(kill_everywhere(redis, once)) > 15
    assert len(stepped_in) > 5, f"the second flusher came in at these boundaries only: {stepped_in}"


def test_a_folded_day_is_the_day_of_the_visit(redis: Redis, link: Link) -> None:
    """If red, visits before midnight count for the next day when the flusher comes late."""
    for day in ("2027-02-28", "2027-03-01", "2027-03-01"):
        queue.count(link.pk, 0.0, day)
    flush.flush_redis()
    assert dict(link.daily_clicks.values_list("day", "count")) == {date(2027, 2, 28): 1, date(2027, 3, 1): 2}
