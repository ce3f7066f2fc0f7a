"""The real MySQL and the real Redis, started by testcontainers with the settings that the Compose stack ships."""

import secrets
import shlex
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import pymysql
import redis as redis_py
import yaml
from pymysql.cursors import DictCursor
from testcontainers.community.mysql import MySqlContainer
from testcontainers.community.redis import RedisContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from testkit import containers, wait
from testkit.containers import Container, Run
from tests.container.support.names import MYSQL_HOST, REDIS_HOST, ROOT

USER, DATABASE = "strata", "strata"

# A server that is not on UTC: whatever depends on its time zone by mistake is wrong by nine hours here.
SERVER_TIME_ZONE = "+09:00"

# A server that was set up laxly, as managed ones sometimes are: the app must ask for strictness itself.
SERVER_SQL_MODE = ""

Row = dict[str, Any]


def _tls() -> ssl.SSLContext:
    """Encryption alone: MySQL signs its certificate itself, and the machine's authorities take 45 ms to read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# One for all connections, as each statement has a connection of its own.
_TLS = _tls()


@dataclass(frozen=True)
class MySql:
    """The server; the app's account may do everything in databases whose names begin with `strata`."""

    container: Container
    port: int
    password: str = field(repr=False)
    root_password: str = field(repr=False)

    def url(self, database: str = DATABASE) -> str:
        """Return the app's DATABASE_URL, as seen from the tests' network."""
        return f"mysql://{USER}:{self.password}@{MYSQL_HOST}:3306/{database}"

    @contextmanager
    def connect(self, database: str | None = DATABASE) -> Iterator[Any]:
        """Connect as root, from the test's process."""
        with closing(
            pymysql.connect(
                host="127.0.0.1",
                port=self.port,
                user="root",
                password=self.root_password,
                database=database,
                charset="utf8mb4",
                autocommit=True,
                connect_timeout=5,
                read_timeout=30,
                ssl=_TLS,
                cursorclass=DictCursor,
            )
        ) as connection:
            yield connection

    def query(self, statement: str, *values: object, database: str | None = DATABASE) -> list[Row]:
        """Return the rows of one statement, run as root."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def value(self, statement: str, *values: object, database: str | None = DATABASE) -> Any:
        """Return the only value of the only row."""
        (row,) = self.query(statement, *values, database=database)
        (found,) = row.values()
        return found

    def answers(self) -> bool | wait.NotYet:
        try:
            return bool(self.value("SELECT 1", database=None))
        except pymysql.MySQLError as error:
            return wait.NotYet(str(error))

    def wait_until_it_answers(self, timeout: float = 60) -> Self:
        self.container.wait(lambda _: self.answers(), timeout, "MySQL to answer a query")
        return self


@dataclass(frozen=True)
class Redis:
    """The server, with the persistence and the memory policy of the Compose stack."""

    container: Container
    port: int
    password: str = field(repr=False)

    def url(self, database: int = 0) -> str:
        """Return the app's REDIS_URL, as seen from the tests' network."""
        return f"redis://:{self.password}@{REDIS_HOST}:6379/{database}"

    def client(self, database: int = 0) -> redis_py.Redis:
        """Return a client for the test's process; a new one, since a restart breaks the old one's connections."""
        return redis_py.Redis(
            port=self.port, password=self.password, db=database, socket_timeout=10, decode_responses=True
        )

    def answers(self) -> bool | wait.NotYet:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis_py.RedisError as error:
            return wait.NotYet(str(error))

    def wait_until_it_answers(self, timeout: float = 30) -> Self:
        self.container.wait(lambda _: self.answers(), timeout, "Redis to answer PING")
        return self


@contextmanager
def mysql(image: str, run: Run, network: Network) -> Iterator[MySql]:
    """Start MySQL on a volume: it is restarted by some tests, and a tmpfs would be empty afterwards."""
    password, root_password = secrets.token_hex(12), secrets.token_hex(12)
    server = MySqlContainer(image, username=USER, password=password, root_password=root_password, dbname=DATABASE)
    server.with_command([f"--default-time-zone={SERVER_TIME_ZONE}", f"--sql-mode={SERVER_SQL_MODE}"])
    port = _prepare(server, MYSQL_HOST, run, network)
    with _started(server, run) as container:
        found = MySql(container, port, password, root_password)
        found.query(f"GRANT ALL ON `{DATABASE}%%`.* TO {USER}@'%%'", database=None)
        yield found


@contextmanager
def redis(image: str, run: Run, network: Network) -> Iterator[Redis]:
    """Start Redis with the flags of the Compose file."""
    password = secrets.token_hex(12)
    server = RedisContainer(image)
    server.password = password
    server.with_command([*_shipped_redis_command(), "--requirepass", password])
    port = _prepare(server, REDIS_HOST, run, network)
    with _started(server, run) as container:
        yield Redis(container, port, password)


def _prepare(server: MySqlContainer | RedisContainer, name: str, run: Run, network: Network) -> int:
    """Give the server its name, label and network, and a port of loopback that stays the same; return the port."""
    server.with_name(f"{name}-{run.id}").with_kwargs(labels=run.labels)
    server.with_network(network).with_network_aliases(name)
    host, port = containers.loopback()
    server.ports[str(server.port)] = (host, port)  # type: ignore[assignment]  # the SDK takes it
    return port


@contextmanager
def _started(server: DockerContainer, run: Run) -> Iterator[Container]:
    """Start what testcontainers describes; when it does not become ready, say what its log says."""
    try:
        server.start()
    except BaseException as error:
        if server._container is not None:
            error.add_note(Container(server._container).tail())
            server.stop()
        raise
    try:
        yield containers.adopt(server.get_wrapped_container(), run)
    finally:
        server.stop()


def _shipped_redis_command() -> list[str]:
    """Return the Compose service's command without its file of secrets."""
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["redis"]
    words = [word for line in service["command"] for word in shlex.split(line) or [""]]
    return [word for word in words if not word.startswith("/secrets/")]
