"""An owner switches a link off on one server: does every server stop redirecting within five seconds?"""

import time
from collections.abc import Sequence

import pytest

from testkit import wait
from tests.container.support.app import App
from tests.container.support.owners import Owner
from tests.container.support.stores import Redis

# The promise, and what a look every tenth of a second over two servers may add to the measurement.
PROMISE, MEASUREMENT = 5.0, 0.5


def seconds_until_it_stops(replicas: Sequence[App], slug: str, begin: float) -> list[float]:
    """Return, for each server, how long after `begin` (monotonic) it answered with 410 for good."""
    stopped: dict[App, float] = {}

    def all_stopped() -> bool | wait.NotYet:
        for replica in replicas:
            status = replica.get(f"/{slug}").status_code
            if status == 410:
                stopped.setdefault(replica, time.monotonic() - begin)
            else:
                stopped.pop(replica, None)
        return len(stopped) == len(replicas) or wait.NotYet(f"{len(stopped)} of {len(replicas)} servers answer 410")

    wait.until(all_stopped, timeout=4 * PROMISE, every=0.05, why=f"every server to stop redirecting /{slug}")
    return list(stopped.values())


def visit_on_every_process(replicas: Sequence[App], slug: str) -> None:
    for replica in replicas:
        statuses = {replica.get(f"/{slug}").status_code for _ in range(8)}
        assert statuses == {302}, f"an active link is answered with {statuses}"


@pytest.mark.parametrize("invalidation", ["arrives", "is lost"])
def test_every_server_stops_within_the_promise(
    invalidation: str, replicas: tuple[App, App], owner: Owner, redis: Redis
) -> None:
    """Red: a link to something harmful goes on leading people there although its owner has switched it off."""
    slug = owner.link(replicas[0])
    visit_on_every_process(replicas, slug)
    key = f"strata:link:{slug}"
    with redis.client() as client:
        cached = client.hgetall(key)
        assert cached, f"{key} is not in Redis after visits: this test would prove nothing"
        owner.change(replicas[0], slug, enabled=False)
        begin = time.monotonic()
        if invalidation == "is lost":
            client.hset(key, mapping=cached)
    slowest = max(seconds_until_it_stops(replicas, slug, begin))
    assert slowest <= PROMISE + MEASUREMENT, (
        f"/{slug} was still followed {slowest:.1f} s after it had been switched off, where {PROMISE:g} s are promised"
        f" (the invalidation in Redis {invalidation}); see FRESH in links/queue.py"
    )
