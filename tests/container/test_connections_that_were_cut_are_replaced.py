"""A server closes connections that the app holds open: does any request notice?"""

from collections.abc import Iterator, Sequence

import pytest

from testkit import wait
from testkit.load import steady_load
from tests.container.support.app import THREADS, WORKERS, App
from tests.container.support.ledger import Ledger
from tests.container.support.owners import Owner
from tests.container.support.stores import USER, MySql, Redis

# Enough for every thread of both servers to have a connection of its own, and to use it again.
REQUESTS = 4 * WORKERS * THREADS * 2


def read_by_every_thread(replicas: Sequence[App], paths: Sequence[str]) -> None:
    """Ask pages that read MySQL, faster than one thread could answer; none may fail."""
    with steady_load([replica.url + path for path in paths for replica in replicas], rate=250) as traffic:
        traffic.wait_for(REQUESTS, "that read MySQL")
    traffic.assert_all_answered("because its thread's connection to MySQL had been cut: CONN_HEALTH_CHECKS")


def connections(mysql: MySql, replicas: Sequence[App]) -> list[int]:
    """Return the ids of the servers' connections; the flusher, which is never idle, has one as well."""
    addresses = {replica.container.address for replica in replicas}
    rows = mysql.query("SELECT ID, HOST FROM information_schema.PROCESSLIST WHERE USER = %s", USER, database=None)
    return [row["ID"] for row in rows if row["HOST"].rpartition(":")[0] in addresses]


def cut(mysql: MySql, replicas: Sequence[App]) -> None:
    """KILL every connection of the servers, as an administrator or a proxy does."""
    with mysql.connect(None) as connection, connection.cursor() as cursor:
        for number in connections(mysql, replicas):
            try:
                cursor.execute(f"KILL {number}")
            except Exception as error:  # it may have ended by itself meanwhile
                if "Unknown thread id" not in str(error):
                    raise


@pytest.fixture
def preview(owner: Owner, app: App) -> str:
    """A page that is read from MySQL at each request."""
    return f"/{owner.link(app)}+"


def test_connections_killed_on_the_server_are_replaced_unnoticed(
    replicas: tuple[App, App], mysql: MySql, preview: str
) -> None:
    """Red: after each failover or proxy restart every thread answers one visitor with an error 503."""
    read_by_every_thread(replicas, [preview])
    held = len(connections(mysql, replicas))
    assert held > WORKERS, f"the servers hold {held} connections open, too few for this test to mean anything"
    cut(mysql, replicas)
    read_by_every_thread(replicas, [preview])


@pytest.fixture
def impatient(mysql: MySql, replicas: tuple[App, App]) -> Iterator[None]:
    """A MySQL that closes a connection which has been idle for a second."""
    before = mysql.value("SELECT @@GLOBAL.wait_timeout", database=None)
    mysql.query("SET GLOBAL wait_timeout = 1", database=None)
    cut(mysql, replicas)  # only new ones have the new setting
    yield
    mysql.query("SET GLOBAL wait_timeout = %s", before, database=None)
    cut(mysql, replicas)


def test_connections_closed_for_idleness_are_replaced_unnoticed(
    replicas: tuple[App, App], mysql: MySql, preview: str, impatient: None
) -> None:
    """Red: the first visitors after a quiet night get an error, as MySQL's wait_timeout had ended the connections."""
    read_by_every_thread(replicas, [preview])
    wait.until(
        lambda: not (held := connections(mysql, replicas)) or wait.NotYet(f"{len(held)} are open"),
        timeout=10,
        every=0.1,
        why="MySQL to close every idle connection of the app",
    )
    read_by_every_thread(replicas, [preview])


def test_visits_go_on_and_are_counted_when_redis_cuts_its_connections(
    replicas: tuple[App, App], redis: Redis, owner: Owner, ledger: Ledger
) -> None:
    """Red: after a failover of Redis visits get errors, or are answered and never counted."""
    slug = owner.link(replicas[0])
    with steady_load([f"{replica.url}/{slug}" for replica in replicas], rate=60, expect={302}) as traffic:
        for _ in range(3):
            traffic.wait_for(20, "before Redis' connections are cut")
            with redis.client() as client:
                client.client_kill_filter(_type="normal", skipme=True)
        traffic.wait_for(20, "after Redis' connections were cut")
    traffic.assert_all_answered("while Redis' connections were cut")
    ledger.settle(traffic)
