"""Redis is restarted, killed, frozen or full: do visitors notice, and is each visit counted exactly once?"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest

from testkit import wait
from testkit.load import Load, steady_load
from tests.container.support.app import THREADS, WORKERS, App
from tests.container.support.ledger import Ledger
from tests.container.support.owners import Owner
from tests.container.support.stores import Redis

LINKS = 3
# Visits a second over both servers; of each second's visits a breaker sends one to Redis, in each process.
RATE = 60
# Calls of a process that Redis keeps waiting before the breaker opens: the failures that it counts, and what its
# threads and a scrape of the metrics had sent meanwhile.
BEFORE_IT_OPENS = 3 + (THREADS - 1) + 1

# Visits that were answered by one round trip to Redis.
CACHED = 'strata_link_cache_lookups_total{result="hit"}'
# Links read from the database, or from a process's own memory, because Redis was not asked.
LOCAL = 'strata_link_cache_lookups_total{result="local"}'
# Calls that waited for Redis in vain.
FAILED = 'strata_failed_calls_total{store="redis"}'


@contextmanager
def restarted(redis: Redis) -> Iterator[None]:
    """Ends in good order and comes back on the same data."""
    redis.container.stop()
    yield
    redis.container.start()


@contextmanager
def killed(redis: Redis) -> Iterator[None]:
    """Is killed with -9: what it had answered is already in its append-only file, as far as the kernel knows."""
    redis.container.kill()
    yield
    redis.container.start()


@contextmanager
def paused(redis: Redis) -> Iterator[None]:
    """Accepts connections and commands and says nothing; carries out all commands once it resumes."""
    with redis.container.paused():
        yield


@contextmanager
def full(redis: Redis) -> Iterator[None]:
    """Has used up its memory, and nothing in it may be evicted: refuses every write."""
    with redis.client() as client:
        before = client.config_get("maxmemory")["maxmemory"]
        client.config_set("maxmemory", 1)
    try:
        yield
    finally:
        with redis.client() as client:
            client.config_set("maxmemory", before)


Outage = Callable[[Redis], AbstractContextManager[None]]


def wait_until_more(replicas: Sequence[App], sample: str, why: str, traffic: Load) -> None:
    """Wait until the sample has grown on every server."""
    before = [replica.metric(sample) for replica in replicas]

    def has_grown() -> bool | wait.NotYet:
        more = [replica.metric(sample) - old for replica, old in zip(replicas, before, strict=True)]
        enough = all(number >= LINKS for number in more)
        return enough or wait.NotYet(f"{sample} grew by {more}; {traffic.summary()}")

    wait.until(has_grown, timeout=20, every=0.2, why=why)


def failed_so_far(replicas: Sequence[App]) -> int:
    """Return the calls to Redis that the app has given up."""
    return int(sum(replica.metric(FAILED) for replica in replicas))


def assert_few_waited(processes: int, lasted: float, waited: int, *loads: Load) -> None:
    """Hold the calls that met Redis' silence against those that have to: not by their seconds, on a busy machine."""
    allowed = processes * (BEFORE_IT_OPENS + lasted)
    told = f"{waited} calls waited for a Redis that hung for {lasted:.1f} s, where {allowed:.0f} are allowed"
    numbers = "; ".join(load.summary() for load in loads)
    assert waited <= allowed, f"{told} to {processes} processes; see ops/breaker.py: {numbers}"


@pytest.mark.parametrize("outage", [restarted, killed, paused, full])
def test_every_visit_is_answered_and_counted(
    outage: Outage, replicas: tuple[App, App], redis: Redis, owner: Owner, ledger: Ledger
) -> None:
    """Red: an outage of Redis is an outage of the links, or its visits are lost or counted twice."""
    slugs = [owner.link(replicas[0]) for _ in range(LINKS)]
    urls = [f"{replica.url}/{slug}" for slug in slugs for replica in replicas]
    with steady_load(urls, RATE, expect={302}) as traffic:
        wait_until_more(replicas, CACHED, "visits to be answered from Redis", traffic)
        calm = traffic.percentile(95)
        failed, begin = failed_so_far(replicas), time.monotonic()
        with outage(redis):
            wait_until_more(replicas, LOCAL, "visits to be answered without Redis", traffic)
            with steady_load(urls, RATE, expect={302}) as during:
                during.wait_for(RATE * 3 // 2, f"while Redis is {outage.__name__}")
            created = owner.create(replicas[0])
        lasted = time.monotonic() - begin
        assert created.status_code == 201, f"without Redis no link can be made: {created.status_code} {created.text}"
        redis.wait_until_it_answers()
        wait_until_more(replicas, CACHED, "visits to be answered from Redis again, now that it answers", traffic)
        for replica in replicas:
            replica.wait_until_it_trusts("redis")
    for load in (traffic, during):
        load.assert_all_answered(f"although MySQL could be asked while Redis was {outage.__name__}")
    if outage is paused:
        assert_few_waited(len(replicas) * WORKERS, lasted, failed_so_far(replicas) - failed, traffic, during)
        during.assert_quick(within={100: 3 + calm}, why="while Redis hangs; see REDIS_TIMEOUT in the settings")
    ledger.settle(traffic, during)
