"""Is a change, a switch-off or a deletion seen by every replica within five seconds, whatever was lost on the way?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from links import services
from links.models import Link
from tests.unit.support.clock import Clock
from tests.unit.support.fake_redis import Redis

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
PROMISED = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def answer(client: Client) -> str:
    response = client.get("/spring", secure=True)
    return response.headers.get("Location", str(response.status_code))


CHANGES: dict[str, tuple[Callable[[Link], object], str]] = {
    "target": (
        lambda link: services.change_link(link, {"target": "https://example.org/new"}),
        "https://example.org/new",
    ),
    "off": (lambda link: services.change_link(link, {"enabled": False}), "410"),
    "expiry": (lambda link: services.change_link(link, {"expires_at": NOON + timedelta(seconds=4)}), "410"),
    "deleted": (services.delete_link, "404"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_replica_follows_through_redis(
    redis: Redis, client: Client, make_link: Callable[..., Link], change: str, time_machine: Any
) -> None:
    """If red, people are sent to a target that its owner has withdrawn."""
    link = make_link("spring", target="https://example.org/old")
    answer(client)
    apply, expected = CHANGES[change]
    apply(link)
    time_machine.shift(PROMISED)
    assert answer(client) == expected, "five seconds after the change the old answer is still given"


@pytest.mark.parametrize("with_redis", [True, False], ids=["with redis", "embedded"])
@pytest.mark.parametrize("change", ["target", "off", "deleted"])
def test_whoever_saved_the_change_sees_it_at_once(
    request: pytest.FixtureRequest, client: Client, make_link: Callable[..., Link], change: str, with_redis: bool
) -> None:
    """If red, whoever saves a change and tries the link sees the old target, and takes the change for lost."""
    if with_redis:
        request.getfixturevalue("redis")
    link = make_link("spring", target="https://example.org/old")
    answer(client)
    apply, expected = CHANGES[change]
    apply(link)
    assert answer(client) == expected, "the change was announced, and the old answer is still given"


@pytest.mark.parametrize("change", CHANGES)
def test_a_lost_invalidation_costs_five_seconds_at_most(
    redis: Redis, clock: Clock, client: Client, make_link: Callable[..., Link], change: str, time_machine: Any
) -> None:
    """If red, a Redis that was away at the wrong moment serves a withdrawn target for a day."""
    link = make_link("spring", target="https://example.org/old")
    answer(client)
    apply, expected = CHANGES[change]
    redis.hang(applied=False)
    apply(link)
    redis.recover()
    assert answer(client) == "https://example.org/old", "the invalidation was not lost: this test proves nothing"
    time_machine.shift(PROMISED)
    assert answer(client) == expected, "five seconds after the change the old answer is still given"


@pytest.mark.parametrize("change", CHANGES)
def test_without_redis_the_other_processes_follow(
    client: Client, make_link: Callable[..., Link], change: str, time_machine: Any
) -> None:
    """If red, a replica without Redis keeps its own old copy."""
    link = make_link("spring", target="https://example.org/old")
    answer(client)
    apply, expected = CHANGES[change]
    # Another process has its own memory, which the invalidation does not reach.
    with patch.object(cache, "delete"):
        apply(link)
    assert answer(client) == "https://example.org/old", "the copy was not used: this test proves nothing"
    time_machine.shift(PROMISED)
    assert answer(client) == expected, "five seconds after the change the old answer is still given"


def test_a_visit_that_read_before_the_change_and_cached_after_it(
    redis: Redis, client: Client, make_link: Callable[..., Link], time_machine: Any
) -> None:
    """If red, the race between a slow reader and a change leaves the old target in Redis for longer than promised."""
    link = make_link("spring", target="https://example.org/old")

    changed: list[bool] = []

    def change_after_the_read(execute: Callable[..., Any], *statement: Any) -> Any:
        result = execute(*statement)
        if not changed:
            changed.append(True)
            # Between the reader's SELECT and its next step the change is saved, and announced.
            services.change_link(link, {"target": "https://example.org/new"})
        return result

    with connection.execute_wrapper(change_after_the_read):
        assert answer(client) == "https://example.org/old", "the change came before the read: this test proves nothing"
    time_machine.shift(PROMISED)
    assert answer(client) == "https://example.org/new", "what a slow reader cached outlives the promised five seconds"


@pytest.mark.parametrize("with_redis", [True, False], ids=["with redis", "embedded"])
def test_a_new_link_works_at_once_though_its_slug_was_asked_for_before(
    request: pytest.FixtureRequest, client: Client, owner: Any, with_redis: bool
) -> None:
    """If red, who tries a slug before creating it gets a 404 for a link that exists."""
    if with_redis:
        request.getfixturevalue("redis")
    assert answer(client) == "404"
    services.create_link(owner, "https://example.org/new", slug="spring")
    assert answer(client) == "https://example.org/new"


def test_a_slug_made_anew_does_not_lead_to_its_old_target(redis: Redis, client: Client, owner: Any) -> None:
    """If red, a slug that was deleted and given to somebody else still serves the former owner's target."""
    old = services.create_link(owner, "https://example.org/old", slug="spring")
    answer(client)
    redis.hang(applied=False)
    services.delete_link(old)
    redis.recover()
    services.create_link(owner, "https://example.org/new", slug="spring")
    assert answer(client) == "https://example.org/new"
