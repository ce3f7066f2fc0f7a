"""Is too much refused, by key or else by address, for all processes together, and is the client told how to behave?"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from links.keys import create_key
from ops import limits, metrics
from ops import redis as app_redis
from tests.unit.support.clock import Clock
from tests.unit.support.fake_redis import Redis
from tests.unit.support.measured import metric_value

Post = Callable[..., Any]


@pytest.fixture(autouse=True)
def _three_a_minute(settings: Any) -> None:
    settings.CREATION_RATE = settings.FAILED_AUTH_RATE = "3/minute"


@pytest.fixture(params=["with redis", "embedded"])
def store(request: pytest.FixtureRequest, noon: Any) -> None:
    """Where the counts are. Time stands still: a window begins with the minute, and a busy machine may be in two."""
    if request.param == "with redis":
        request.getfixturevalue("redis")


@pytest.fixture
def noon(time_machine: Any) -> Any:
    time_machine.move_to(datetime(2027, 3, 1, 12, tzinfo=UTC), tick=False)
    return time_machine


@pytest.fixture
def create(client: Client) -> Post:
    """Creates a link by the API."""

    def post(key: str, address: str = "192.0.2.1") -> Any:
        return client.post(
            "/api/v1/links",
            {"target": "https://example.org/"},
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
            REMOTE_ADDR=address,
            secure=True,
        )

    return post


def another_process() -> None:
    """Forgets what this process remembers, as if the next request came to another one."""
    for remembered in (limits._own, limits._shared, app_redis.client, app_redis.breaker):
        remembered.cache_clear()


@pytest.mark.usefixtures("store")
def test_creation_is_limited_by_key(create: Post, owner: Any) -> None:
    """If red, one script fills the database, or changes its address and goes on; or stops everybody else."""
    busy, other = create_key(owner, "busy"), create_key(owner, "other")
    statuses = [create(busy, f"192.0.2.{n}").status_code for n in range(5)]
    assert statuses == [201, 201, 201, 429, 429]
    assert create(other, "192.0.2.1").status_code == 201, "another key pays for the first one's use"
    assert metric_value("strata_rate_limited_total", limit="creation") == 2


@pytest.mark.usefixtures("store", "noon")
def test_the_client_is_told_its_budget(create: Post, owner: Any) -> None:
    """If red, well-behaved clients cannot know when to come back, and hammer on."""
    key = create_key(owner, "busy")
    answers = [create(key) for _ in range(4)]
    policies = {answer.headers["RateLimit-Policy"] for answer in answers}
    assert policies == {'"creation";q=3;w=60'}
    budgets = [answer.headers["RateLimit"] for answer in answers]
    assert [budget.split(";")[1] for budget in budgets] == ["r=2", "r=1", "r=0", "r=0"], budgets
    assert budgets[-1].endswith(f";t={answers[-1].headers['Retry-After']}")
    assert not any("Retry-After" in answer.headers for answer in answers[:3])


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("started", [0.0, 0.4, 29.6, 59.7])
@pytest.mark.parametrize("pause", [0.01, 11.3])
def test_who_waits_as_told_gets_in(create: Post, owner: Any, noon: Any, started: float, pause: float) -> None:
    """If red, a client that does what Retry-After says is refused again."""
    key = create_key(owner, "busy")
    noon.shift(started)
    for _ in range(3):
        while (answer := create(key)).status_code == 201:
            noon.shift(pause)
        wait = int(answer.headers["Retry-After"])
        noon.shift(wait)
        assert create(key).status_code == 201, f"refused after waiting {wait} s as told"
        assert wait <= 60


def test_redis_makes_it_one_budget_for_all_processes(redis: Redis) -> None:
    """If red, the limit is as many times higher as there are workers and replicas."""
    allowed = []
    for _ in range(5):
        another_process()
        allowed.append(limits.CREATION.hit("key:1").allowed)
    assert allowed == [True, True, True, False, False]
    assert metric_value("strata_rate_limiter_shared") == 1


def test_without_redis_each_process_has_its_own_and_says_so() -> None:
    """If red, an operator believes in a limit that is multiplied by the number of processes."""
    for _ in range(2):
        another_process()
        assert [limits.CREATION.hit("key:1").allowed for _ in range(4)] == [True, True, True, False]
    assert metric_value("strata_rate_limiter_shared") == 0


@pytest.mark.parametrize(("url", "shared"), [("redis://redis:6379/0", 1), ("", 0)])
def test_before_the_first_request_the_metric_says_what_is_configured(settings: Any, url: str, shared: int) -> None:
    """If red, an alert on unshared limits fires after each start, until every worker has seen a limited request."""
    settings.REDIS_URL = url
    metrics.LIMITER_SHARED.set(1 - shared)
    limits.announce()
    assert metric_value("strata_rate_limiter_shared") == shared


@pytest.mark.parametrize("trouble", ["refuse", "hang", "out of memory"])
def test_redis_away_changes_to_the_own_budget_and_back(redis: Redis, clock: Clock, trouble: str) -> None:
    """If red, an outage of Redis either stops all creation or lifts every limit."""
    limits.CREATION.hit("key:1")
    if trouble == "refuse":
        redis.refuse()
    elif trouble == "hang":
        redis.hang()
    else:
        redis.answer("OOM command not allowed when used memory > 'maxmemory'.")
    assert [limits.CREATION.hit("key:1").allowed for _ in range(5)] == [True, True, True, False, False]
    assert metric_value("strata_rate_limiter_shared") == 0
    assert metric_value("strata_breaker_open", store="redis") == 1, "the limiter waits for Redis with every request"
    redis.recover()
    clock.advance(2)
    assert limits.CREATION.hit("key:1").remaining == 1, "the shared budget was forgotten"
    assert metric_value("strata_rate_limiter_shared") == 1
    assert metric_value("strata_breaker_open", store="redis") == 0


@pytest.mark.usefixtures("store")
def test_looking_takes_nothing(db: None) -> None:
    """If red, every request with a good key uses up the budget for bad ones, and honest clients are shut out."""
    for _ in range(10):
        assert limits.FAILED_AUTH.check("192.0.2.1").allowed
    assert limits.FAILED_AUTH.hit("192.0.2.1").remaining == 2


@pytest.mark.usefixtures("store")
def test_wrong_keys_are_limited_by_address(create: Post, owner: Any) -> None:
    """If red, keys can be guessed at full speed; or a good key is refused for its own good use."""
    good = create_key(owner, "good")
    assert [create(f"strata_wrong{n}").status_code for n in range(5)] == [401, 401, 401, 429, 429]
    refused = create(good)
    assert refused.status_code == 429, "whoever guessed too often may go on as soon as a guess is right"
    assert int(refused.headers["Retry-After"]) >= 1
    assert create(good, "192.0.2.99").status_code == 201, "another address pays for the guesses of the first"


@pytest.mark.usefixtures("store")
def test_failed_logins_are_limited_by_address(client: Client, owner: Any) -> None:
    """If red, passwords can be guessed at full speed; or signing in often shuts people out."""

    def log_in(password: str, address: str) -> int:
        form = {"username": "ada", "password": password}
        return Client().post("/login", form, secure=True, REMOTE_ADDR=address).status_code

    assert [log_in("correct horse battery", "192.0.2.1") for _ in range(5)] == [302] * 5
    assert [log_in("wrong", "192.0.2.2") for _ in range(5)] == [422, 422, 422, 429, 429]
    assert log_in("correct horse battery", "192.0.2.2") == 429
    assert log_in("correct horse battery", "192.0.2.3") == 302


@pytest.mark.usefixtures("store")
def test_the_form_is_limited_by_address_and_an_ipv6_client_by_its_64(client: Client, owner: Any) -> None:
    """If red, whoever has IPv6 has 2**64 addresses, and with them no limit."""
    client.force_login(owner)

    def create(address: str) -> int:
        form = {"target": "https://example.org/"}
        return client.post("/links", form, secure=True, REMOTE_ADDR=address).status_code

    same_64 = [create(f"2001:db8:1:2::{n}") for n in (1, 2, 3, 4)]
    assert same_64 == [302, 302, 302, 429]
    assert create("2001:db8:1:3::1") == 302, "the neighbouring /64 is somebody else"
    assert create("192.0.2.1") == 302
