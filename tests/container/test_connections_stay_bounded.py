"""How many connections does the app hold under load? MySQL's default maximum is 151 for all of a site."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from testkit import wait
from testkit.load import steady_load
from tests.container.support.app import THREADS, WORKERS, App
from tests.container.support.owners import Owner
from tests.container.support.stores import USER, MySql, Redis

# For each process: the thread that looks at the stores for readiness, and one to spare, as two threads that ask for the
# first time at the same moment may each make a pool. A scrape runs in one of the server's own threads.
BESIDES = 2 * WORKERS


def in_mysql(mysql: MySql, _redis: Redis) -> list[str]:
    rows = mysql.query("SELECT HOST FROM information_schema.PROCESSLIST WHERE USER = %s", USER, database=None)
    return [row["HOST"].rpartition(":")[0] for row in rows]


def in_redis(_mysql: MySql, redis: Redis) -> list[str]:
    with redis.client() as client:
        return [found["addr"].rpartition(":")[0] for found in client.client_list(_type="normal")]


# A thread keeps a connection to Redis for redirects, and takes one from the pool for all else, such as rate limits.
@pytest.mark.parametrize(("addresses", "each_thread"), [(in_mysql, 1), (in_redis, 2)])
def test_a_server_holds_no_more_connections_than_threads(
    addresses: Callable[[MySql, Redis], list[str]],
    each_thread: int,
    replicas: tuple[App, App],
    mysql: MySql,
    redis: Redis,
    owner: Owner,
) -> None:
    """Red: a few more replicas, or one busy hour, use up the connections that MySQL or Redis has for everybody."""
    cached = owner.link(replicas[0])
    # Half of the visits are to slugs that nobody has, which MySQL must be asked about.
    urls = [f"{replica.url}/{slug}" for slug in (cached, uuid.uuid4().hex) for replica in replicas]
    servers = {replica.container.address: replica.container.name for replica in replicas}

    def held() -> Counter[str]:
        return Counter(servers[address] for address in addresses(mysql, redis) if address in servers)

    most: Counter[str] = Counter()
    with steady_load(urls, rate=200, expect={302, 404}) as traffic:
        for _ in range(10):
            traffic.wait_for(40, "while connections are counted")
            most |= held()
            observe(replicas)
    traffic.assert_all_answered()
    bound = WORKERS * THREADS * each_thread + BESIDES
    where = addresses.__name__.replace("_", " ")
    assert len(most) == len(replicas), f"connections {where} are seen of {dict(most)} alone: this test proves nothing"
    # Under load the store may still list some that a time-out has closed on the other side.
    assert max(most.values()) <= 2 * bound, f"up to {dict(most)} connections {where} under load, where {bound} are due"
    wait.until(
        lambda: max(held().values(), default=0) <= bound or wait.NotYet(f"{dict(held())} connections {where}"),
        timeout=10,
        every=0.2,
        why=f"each server with {WORKERS} workers of {THREADS} threads to hold {bound} connections {where} at most",
    )


def observe(replicas: Sequence[App]) -> None:
    """Ask what a kubelet and Prometheus ask: they open connections of their own."""
    for replica in replicas:
        assert replica.get("/healthz/ready").ok
        replica.metric("strata_build_info")
