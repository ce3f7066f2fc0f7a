"""Does the app answer honestly while the database is away, and recover by itself?"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction
from django.test import Client

from links.models import Hit, Link
from ops import database
from tests.unit.support.clock import Clock
from tests.unit.support.fake_redis import Redis
from tests.unit.support.measured import metric_value
from tests.unit.support.outages import database_away


@pytest.fixture(params=["with redis", "embedded", "redis away too"])
def store(request: pytest.FixtureRequest) -> None:
    if request.param != "embedded":
        redis = request.getfixturevalue("redis")
        if request.param == "redis away too":
            redis.refuse()


@pytest.mark.usefixtures("store")
def test_an_unknown_link_is_a_503_and_never_a_404(clock: Clock, client: Client, make_link: Callable[..., Link]) -> None:
    """If red, visitors and search engines are told that links do not exist, when nobody has looked."""
    make_link("spring")
    with database_away():
        response = client.get("/spring", secure=True)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0, "a client that may come back must be told when"
    assert "Location" not in response.headers
    assert "Back in a moment" in response.content.decode()
    assert metric_value("strata_redirects_total", outcome="unavailable") == 1


@pytest.mark.usefixtures("store")
def test_it_recovers_by_itself(clock: Clock, client: Client, make_link: Callable[..., Link]) -> None:
    """If red, every process needs a restart after a database outage."""
    make_link("spring")
    with database_away():
        for _ in range(5):
            client.get("/spring", secure=True)
    assert metric_value("strata_breaker_open", store="database") == 1, "five failed reads did not open the breaker"
    clock.advance(2)
    answer = client.get("/spring", secure=True).status_code
    assert answer == 302, f"the database is back, the breaker's pause is over, and a visit is answered {answer}"
    assert metric_value("strata_breaker_open", store="database") == 0, "the breaker did not close after a success"


@pytest.mark.django_db(transaction=True)
def test_a_visit_that_cannot_be_counted_is_not_answered(client: Client, make_link: Callable[..., Link]) -> None:
    """If red, redirects are answered that are in no count: answered <= stored is broken."""
    link = make_link("spring")
    client.get("/spring", secure=True)
    assert cache.get("strata:link:spring"), "the link is not remembered: this test proves nothing"
    with database_away():
        assert client.get("/spring", secure=True).status_code == 503
    assert Hit.objects.filter(link_id=link.pk).count() == 1


def test_a_database_that_hangs_costs_a_few_visitors_the_wait(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link]
) -> None:
    """If red, each visitor waits for the database's time-out, and a few of them hold every thread."""
    with database_away() as outage:
        for _ in range(20):
            client.get("/spring", secure=True)
        asked = outage.asked
        clock.advance(2)
        client.get("/spring", secure=True)
    assert asked <= 3, f"20 visits asked an absent database {asked} times"
    assert outage.asked == asked + 1, "after the pause exactly one visitor tries it"


def test_a_trial_that_hangs_is_not_joined_by_others(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link]
) -> None:
    """If red, each pause sends one more thread into a database that hangs, until none is left for cached redirects."""
    make_link("spring")
    with database_away():
        for _ in range(3):
            client.get("/spring", secure=True)
    hanging, go_on = threading.Event(), threading.Event()

    def trial() -> None:
        with database.guarded():
            hanging.set()
            go_on.wait(30)

    clock.advance(2)
    thread = threading.Thread(target=trial)
    thread.start()
    assert hanging.wait(10)
    try:
        for _ in range(5):
            clock.advance(10)
            with database_away() as outage:
                assert client.get("/spring", secure=True).status_code == 503
            assert outage.asked == 0, "a second visitor was sent to try a database that hangs"
    finally:
        go_on.set()
        thread.join(10)
    assert client.get("/spring", secure=True).status_code == 302, (
        "the trial succeeded, and the database is still spared"
    )


def test_a_lost_connection_is_an_outage_too(client: Client, db: None) -> None:
    """If red, the first visits after a database failover are answered with a 500."""

    def closed(*_args: Any) -> Any:
        raise InterfaceError(0, "")

    with connection.execute_wrapper(closed):
        assert client.get("/spring", secure=True).status_code == 503


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_lost_a_query_is_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, whoever comes next in that thread waits for read_timeout once more, to learn that it is broken."""
    hung_up: list[bool] = []
    monkeypatch.setattr(connection, "close", lambda: hung_up.append(True))
    with pytest.raises(database.DatabaseAway), database.guarded():
        raise OperationalError(2013, "Lost connection to MySQL server during query")
    assert hung_up, "the connection on which a query was lost is kept for the next one"
    hung_up.clear()
    with pytest.raises(database.DatabaseAway), transaction.atomic(), database.guarded():
        raise OperationalError(2013, "Lost connection to MySQL server during query")
    assert not hung_up, "closed inside a transaction, which needs it for its end"


def test_pages_answer_503_as_well(client: Client, owner: Any) -> None:
    """If red, an outage of the database looks like a fault of ours, in every monitoring and to every visitor."""
    client.force_login(owner)
    client.raise_request_exception = False
    with database_away():
        response = client.get("/links", secure=True)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
