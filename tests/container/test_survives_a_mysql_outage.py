"""MySQL goes away, or hangs, and comes back: do visitors notice, and does everything recover by itself?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from testkit import wait
from testkit.load import Load, steady_load
from tests.container.support.app import App
from tests.container.support.ledger import Ledger
from tests.container.support.owners import Owner
from tests.container.support.stores import MySql

LINKS = 5

# Past four seconds a cached link is no longer believed unasked; from there on the outage itself is met.
STALE = 'strata_link_cache_lookups_total{result="stale"}'

# How a visit is looked up that Redis did not answer for, within 100 ms or at all: then only MySQL could count it.
WITHOUT_REDIS = tuple(f'strata_link_cache_lookups_total{{result="{result}"}}' for result in ("local", "miss"))

SETTINGS = "see connect_timeout and read_timeout in the settings"


@contextmanager
def visits(replicas: Sequence[App], slugs: Sequence[str]) -> Iterator[Load]:
    """Follow the links on all servers, thirty times a second."""
    urls = [f"{replica.url}/{slug}" for slug in slugs for replica in replicas]
    with steady_load(urls, rate=30, expect={302}) as traffic:
        traffic.wait_for(len(urls), "so that every link is cached")
        yield traffic


@contextmanager
def stopped(mysql: MySql) -> Iterator[None]:
    """Stop the server in good order, as an update does."""
    mysql.container.stop(grace=30)
    try:
        yield
    finally:
        mysql.container.start()
        mysql.wait_until_it_answers()


def served_stale_so_far(replicas: Sequence[App]) -> list[float]:
    return [replica.metric(STALE) for replica in replicas]


def wait_until_stale(replicas: Sequence[App], before: Sequence[float], traffic: Load) -> None:
    """Wait until visits are served from entries that the database should have been asked about."""

    def served_stale() -> bool | wait.NotYet:
        more = [now - old for now, old in zip(served_stale_so_far(replicas), before, strict=True)]
        enough = all(number >= LINKS for number in more)
        return enough or wait.NotYet(f"{more} visits served stale; {traffic.summary()}")

    why = "both servers to serve links that they cannot look up"
    wait.until(served_stale, timeout=20, every=0.3, why=why, hint=SETTINGS)


def wait_until_few_are_held_up(traffic: Load, quick: float) -> None:
    """Wait until every process has met the hang and spares the database: nobody waits, and answers are quick again."""

    def is_over() -> bool | wait.NotYet:
        held_up, slowest = traffic.under_way, max(traffic.latest(20))
        told = f"{held_up} visits are under way, the slowest of the last 20 took {slowest:.1f} s"
        return (held_up < 5 and slowest < quick) or wait.NotYet(told)

    why = "visits to be quick again while MySQL hangs"
    wait.until(is_over, timeout=20, every=0.1, why=why, hint=f"{SETTINGS}, and database.guarded")


def tells_of_the_outage(app: App) -> bool | wait.NotYet:
    ready = app.get("/healthz/ready")
    assert ready.status_code == 200, f"readiness takes the server off for an outage of MySQL: {ready.text}"
    return ready.json()["database"] == "away" or wait.NotYet(ready.text)


def assert_it_recovers(app: App, owner: Owner) -> None:
    def created() -> bool | wait.NotYet:
        answer = owner.create(app)
        return answer.status_code == 201 or wait.NotYet(f"{answer.status_code} {answer.text}")

    wait.until(created, timeout=10, every=0.2, why=f"{app.container} to create links again, now that MySQL answers")
    app.wait_until_it_trusts("database")


def without_redis_so_far(replicas: Sequence[App]) -> int:
    return int(sum(replica.metric(sample) for replica in replicas for sample in WITHOUT_REDIS))


def assert_answered_if_any_store_was(traffic: Load, without_redis: int, told: str) -> None:
    """A busy machine may let Redis time out as well, and a visit that neither store can count is not answered."""
    assert traffic.attempted, "no visit was made at all"
    numbers = f"{without_redis} had to do without Redis; {traffic.summary()}"
    assert traffic.failed <= without_redis, f"{traffic.failed} visits were not answered {told}: {numbers}"
    assert without_redis <= traffic.attempted / 20, f"Redis is given up on while MySQL is away: {numbers}"


def test_cached_links_go_on_and_the_rest_recovers_by_itself(
    replicas: tuple[App, App], mysql: MySql, owner: Owner, ledger: Ledger
) -> None:
    """Red: an update of MySQL is an outage of every link, or visits are lost, or the app has to be restarted."""
    app = replicas[0]
    slugs = [owner.link(app) for _ in range(LINKS)]
    unvisited = owner.link(app)
    with visits(replicas, slugs) as traffic:
        before, alone = served_stale_so_far(replicas), without_redis_so_far(replicas)
        with stopped(mysql):
            wait_until_stale(replicas, before, traffic)
            for what, answer in (
                ("creating a link", owner.create(app)),
                ("a link that is not cached", app.get(f"/{unvisited}")),
            ):
                told = f"{answer.status_code}: {answer.text}"
                assert answer.status_code == 503, (
                    f"{what}, while MySQL is away, needs a 503 and was answered with {told}"
                )
                assert answer.headers.get("Retry-After"), f"{what}: the 503 has no Retry-After"
            wait.until(
                lambda: tells_of_the_outage(app), timeout=10, every=0.1, why="readiness to say that MySQL is away"
            )
            assert app.get("/healthz/live").status_code == 200, "liveness depends on MySQL"
        for replica in replicas:
            assert_it_recovers(replica, owner)
        traffic.wait_for(30, "after MySQL came back")
    without_redis = without_redis_so_far(replicas) - alone
    told = "although their links were cached before MySQL went away"
    assert_answered_if_any_store_was(traffic, without_redis, told)
    ledger.settle(traffic)
    status = app.get(f"/{unvisited}").status_code
    assert status == 302, f"a link that could not be looked up during the outage is answered with {status} after it"


def test_a_hanging_database_holds_up_few_visitors(
    replicas: tuple[App, App], mysql: MySql, owner: Owner, ledger: Ledger
) -> None:
    """Red: a MySQL that accepts connections and says nothing takes every thread with it, and all links stand still."""
    app = replicas[0]
    slugs = [owner.link(app) for _ in range(LINKS)]
    urls = [f"{replica.url}/{slug}" for slug in slugs for replica in replicas]
    with visits(replicas, slugs) as traffic:
        before, alone = served_stale_so_far(replicas), without_redis_so_far(replicas)
        calm = traffic.percentile(95)
        with mysql.container.paused():
            wait_until_stale(replicas, before, traffic)
            wait_until_few_are_held_up(traffic, 0.5 + calm)
            with steady_load(urls, rate=30, expect={302}) as later:
                later.wait_for(120, "while MySQL hangs")
        for replica in replicas:
            assert_it_recovers(replica, owner)
    first = f"when MySQL begins to hang: {SETTINGS}"
    assert_answered_if_any_store_was(traffic, without_redis_so_far(replicas) - alone, first)
    # Beside what the same visits took before, on a machine that may be busy with other things.
    traffic.assert_quick(within={100: 9 + calm}, why=first)
    # A trial whether MySQL answers again takes connect_timeout, once every few seconds in each of the four processes.
    once_open = f"once the breaker has opened: {SETTINGS}, and database.guarded"
    later.assert_quick(within={90: 1 + calm, 100: 4 + calm}, why=once_open)
    ledger.settle(traffic, later)
