"""Do redirects, counting and creation go on while Redis is away, slow, full or freshly restarted?"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from redis.connection import Connection
from redis.exceptions import RedisError

from links import flush, queue, redirects, services
from links.models import DailyClicks, Hit, Link
from ops import redis as app_redis
from testkit.process import free_port
from tests.unit.support.clock import Clock
from tests.unit.support.fake_redis import Redis
from tests.unit.support.measured import metric_value

Trouble = Callable[[Redis], None]

TROUBLES: dict[str, Trouble] = {
    "refused": Redis.refuse,
    "timed out, not applied": lambda redis: redis.hang(applied=False),
    "timed out, applied": lambda redis: redis.hang(applied=True),
    "cut, not applied": lambda redis: redis.cut(applied=False),
    "cut, applied": lambda redis: redis.cut(applied=True),
    "out of memory": lambda redis: redis.answer("OOM command not allowed when used memory > 'maxmemory'."),
    "read only": lambda redis: redis.answer("READONLY You can't write against a read only replica."),
    "cannot persist": lambda redis: redis.answer("MISCONF Redis is configured to save RDB snapshots."),
    "loading": lambda redis: redis.answer("LOADING Redis is loading the dataset in memory"),
    "password changed": lambda redis: redis.answer("NOAUTH Authentication required."),
}

# Of these nobody knows whether the command was carried out; the others are answers, or never left.
UNKNOWN_FATE = {name for name in TROUBLES if "applied" in name}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("seen_before", [True, False], ids=["cached", "uncached"])
def test_a_redirect_is_answered_and_counted_all_the_same(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], trouble: str, seen_before: bool
) -> None:
    """If red, Redis is a single point of failure: while it is away short links are dead, or visits are lost."""
    link = make_link("spring")
    client.get("/unknown", secure=True)  # leaves an open connection in the pool, and has taught Redis a script
    answered = 0
    if seen_before:
        answered += client.get("/spring", secure=True).status_code == 302
    TROUBLES[trouble](redis)
    for _ in range(4):
        response = client.get("/spring", secure=True)
        assert response.status_code == 302, f"{trouble}: {response.status_code} instead of a redirect"
        answered += 1
    redis.recover()
    clock.advance(60)
    flush.flush_redis()
    flush.flush_hits()
    stored = sum(DailyClicks.objects.filter(link=link).values_list("count", flat=True))
    unknown = metric_value("strata_redis_unknown_fate_total")
    assert answered <= stored <= answered + unknown, f"{answered} answered, {stored} stored, {unknown} of unknown fate"
    assert (unknown > 0) == (trouble in UNKNOWN_FATE), f"{trouble}: {unknown} commands counted as of unknown fate"


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_lost_visit_command_is_not_sent_again(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], trouble: str
) -> None:
    """If red, a visit that Redis had counted before the answer got lost is counted twice."""
    make_link("spring")
    client.get("/spring", secure=True)
    redis.commands.clear()
    TROUBLES[trouble](redis)
    client.get("/spring", secure=True)
    assert redis.trips == (0 if trouble == "refused" else 1), f"sent: {redis.commands}"


@pytest.mark.parametrize("applied", [True, False])
def test_the_unknown_fate_of_a_lost_command_is_counted_once(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], applied: bool
) -> None:
    """If red, nobody can tell how far the counts may be off after an outage."""
    make_link("spring")
    client.get("/spring", secure=True)
    redis.hang(applied=applied)
    client.get("/spring", secure=True)
    assert metric_value("strata_redis_unknown_fate_total") == 1


def test_what_never_left_has_no_unknown_fate(redis: Redis, client: Client, make_link: Callable[..., Link]) -> None:
    """If red, the slack in the promise grows with every visit of an outage in which nothing was lost."""
    make_link("spring")
    client.get("/spring", secure=True)  # leaves an open connection in the pool
    redis.refuse()
    for _ in range(10):
        client.get("/spring", secure=True)
    assert metric_value("strata_redis_unknown_fate_total") == 0


def test_an_invalidation_that_fails_changes_nothing_for_the_caller(
    redis: Redis, clock: Clock, make_link: Callable[..., Link], owner: Any
) -> None:
    """If red, links can be neither changed nor created while Redis is away."""
    link = make_link("spring")
    for name, trouble in TROUBLES.items():
        trouble(redis)
        services.change_link(link, {"enabled": False})
        services.create_link(owner, "https://example.org/", slug=name.replace(" ", "-").replace(",", ""))
        redis.recover()
        clock.advance(60)
    assert metric_value("strata_links_created_total", via="api") == len(TROUBLES)
    assert metric_value("strata_redis_unknown_fate_total") == 0, "an invalidation counts nothing"


def test_it_is_used_again_when_it_is_back(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link]
) -> None:
    """If red, a process needs a restart after each Redis outage."""
    make_link("spring")
    redis.refuse()
    for _ in range(5):
        client.get("/spring", secure=True)
    assert metric_value("strata_breaker_open", store="redis") == 1
    redis.recover()
    clock.advance(2)
    client.get("/spring", secure=True)
    assert metric_value("strata_breaker_open", store="redis") == 0, "Redis answers, and is still treated as away"
    before = Hit.objects.count()
    client.get("/spring", secure=True)
    assert Hit.objects.count() == before, "Redis is back, and hits still go to the table"


def test_a_redis_that_hangs_costs_a_few_visitors_the_wait(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link]
) -> None:
    """If red, each visitor waits for the time-out of a Redis that hangs."""
    make_link("spring")
    client.get("/spring", secure=True)
    redis.hang()
    for _ in range(20):
        client.get("/spring", secure=True)
    waited = redis.failures
    assert waited <= 3, f"of 20 visitors {waited} waited for a Redis that hangs"
    clock.advance(2)
    for _ in range(20):
        client.get("/spring", secure=True)
    assert redis.failures == waited + 1, "after the pause exactly one visitor tries it"


@pytest.mark.parametrize("keep_data", [True, False], ids=["data kept", "data lost"])
def test_a_restart_is_not_even_noticed(
    redis: Redis, client: Client, make_link: Callable[..., Link], keep_data: bool
) -> None:
    """If red, the first visits after a Redis restart fail: it has forgotten its scripts, and its connections."""
    make_link("spring")
    client.get("/spring", secure=True)
    redis.restart(keep_data=keep_data)
    for _ in range(3):
        assert client.get("/spring", secure=True).status_code == 302
    assert redis.data.hget("strata:clicks", "total") == ("4" if keep_data else "3")
    assert not Hit.objects.exists(), "hits went to the table although Redis answers"
    assert metric_value("strata_redis_unknown_fate_total") == 0


def test_a_script_of_the_same_visit_is_run_once_though_it_was_forgotten(
    redis: Redis, client: Client, make_link: Callable[..., Link]
) -> None:
    """If red, the visit that teaches Redis a script counts twice or not at all."""
    make_link("spring")
    client.get("/spring", secure=True)
    redis.script_cache.clear()
    client.get("/spring", secure=True)
    assert redis.data.hget("strata:clicks", "total") == "2"


def test_a_slow_redis_costs_one_short_time_out(redis: Redis) -> None:
    """If red, every visitor waits for a Redis that hangs, and a few of them hold all threads."""
    options = app_redis.client().connection_pool.connection_kwargs
    limits = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout")}
    assert all(seconds <= 0.1 for seconds in limits.values()), f"a redirect may wait this long for Redis: {limits}"
    retry = app_redis.client().get_retry()
    assert retry is None or retry.get_retries() == 0, "redis-py would repeat a lost command"


def test_a_refused_connection_is_not_tried_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, each visitor waits for several connection attempts, and the pauses between them, while Redis is away."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    tried: list[Any] = []
    connect = Connection._connect

    def counted(connection: Connection) -> Any:
        tried.append(connection)
        return connect(connection)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(Connection, "_connect", counted)
    with pytest.raises(app_redis.RedisAway):
        queue.visit("spring", 0.0, "2027-03-01")
    assert len(tried) == 1, f"a refused connection was retried: {len(tried)} attempts for one visit"


def test_the_flusher_waits_longer_but_repeats_nothing_either(redis: Redis) -> None:
    """If red, taking a large batch times out for ever, or a repeated `take` overwrites the batch it has just made."""
    background = app_redis.client(app_redis.BACKGROUND_TIMEOUT)
    assert background.connection_pool.connection_kwargs["socket_timeout"] == app_redis.BACKGROUND_TIMEOUT
    queue.count(1, 0.0, "2027-03-01")
    background.ping()  # opens the connection
    redis.commands.clear()
    redis.hang(applied=True)
    with pytest.raises(RedisError):
        background.eval("return redis.call('HINCRBY', KEYS[1], 'total', 1)", 1, queue.PENDING)
    assert redis.trips == 1, f"sent {redis.trips} times"
    assert redis.data.hget(queue.PENDING, "total") == "2"


def test_without_a_redis_nothing_is_missed(client: Client, make_link: Callable[..., Link]) -> None:
    """If red, the embedded default does not count, or does not cache."""
    make_link("spring")
    for _ in range(3):
        assert redirects.follow("spring").outcome == "found"
    assert Hit.objects.count() == 3
    assert metric_value("strata_link_cache_lookups_total", result="local") == 2
