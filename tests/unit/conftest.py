"""What the whole layer shares: no network, nothing left over from the test before, a Redis that fails on demand."""

import gc
import ipaddress
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import hypothesis
import pytest
import redis as redis_py
from django.contrib.auth.models import User

import ops.database
import ops.redis
from links.models import Link
from ops import health
from ops.breaker import Breaker
from tests.unit.support.clock import Clock
from tests.unit.support.coverage import Counting, leave_children_out
from tests.unit.support.fake_redis import Connection, Redis
from tests.unit.support.fresh import forget_everything

LOOPBACK = ["127.0.0.1", "::1"]

# New objects after which Python looks for garbage. Its default of 700 is meant for processes that live longer.
GARBAGE = 50_000

_COUNTING = pytest.StashKey[Counting]()

# The machine is shared: how long an example takes says nothing about the code.
hypothesis.settings.register_profile(
    "unit", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unit")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Nothing that imports and collection make is garbage: not looked for meanwhile, and left out of later searches."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(GARBAGE)
        gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "uncounted: what the test runs is no coverage; others have run it")
    config.addinivalue_line("markers", "first: takes seconds; begun last, it would hold up the end of the layer")


@pytest.hookimpl(trylast=True)  # after they were put into a random order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.hookimpl(trylast=True)  # pytest-cov begins in a hook of the same name
def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_COUNTING] = Counting()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    if counting := item.config.stash.get(_COUNTING, None):
        with counting.of(item):
            return (yield)
    return (yield)  # `pytest` without a folder reads this file too late


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuses connections that leave this machine; pytest-socket reads the mark and lifts the guard afterwards."""
    item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture(autouse=True)
def _no_names_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up leaves the machine as well, and pytest-socket lets it pass where hosts are allowed."""
    real = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _may_be_resolved(host):
            raise RuntimeError(f"a unit test wanted to look up {host!r}; this layer has no network")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)


def _may_be_resolved(host: Any) -> bool:
    if host in {"localhost", None}:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@pytest.fixture(autouse=True)
def _children_are_counted_where_asked_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """See `children_are_counted`."""
    if "children_are_counted" not in request.fixturenames:
        leave_children_out(monkeypatch)


@pytest.fixture
def children_are_counted() -> None:
    """For a test whose children run what no other test does: coverage counts them as well."""


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test meets the app as a process that has just started: nothing cached, nothing counted, no circuit open."""
    monkeypatch.setattr(health, "observer", health.Observer())
    forget_everything()
    yield
    forget_everything()


@pytest.fixture
def redis(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """The app's Redis, in this process; see `support.fake_redis` for the ways it can fail."""
    server = Redis()
    real = redis_py.ConnectionPool.from_url

    def pool(url: str, **options: Any) -> redis_py.ConnectionPool:
        made = real(url, **options)
        made.connection_class = Connection
        made.connection_kwargs["server"] = server
        return made

    monkeypatch.setattr(redis_py.ConnectionPool, "from_url", pool)
    settings.REDIS_URL = "redis://redis:6379/0"
    return server


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The breakers' clock: it stands still until a test advances it."""
    clock = Clock()
    for module in (ops.redis, ops.database):
        monkeypatch.setattr(module, "Breaker", partial(Breaker, clock=clock))
    return clock


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("ada", password="correct horse battery")


@pytest.fixture
def make_link(owner: User) -> Callable[..., Link]:
    """Makes a link of `owner`'s: `make_link("spring", expires_at=…)`."""

    def make(slug: str, target: str = "https://example.org/there", **fields: Any) -> Link:
        return Link.objects.create(owner=owner, slug=slug, target=target, **fields)

    return make
