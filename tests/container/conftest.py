"""What the layer shares: one run id, the image under test, MySQL and Redis, two servers; all started once a session.

Everything that is made carries the label `strata.run=<run id>` and is gone at the end, also after Ctrl-C and SIGTERM.
A missing engine or image is a failure that says what to do, never a skip.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

# testcontainers reads these once, when it is imported. Ryuk's image cannot be had where no registry answers, and
# `testkit.leaks` does its work. Ports are published on loopback alone, where testcontainers would otherwise guess an
# address as soon as the tests themselves run in some container.
os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
os.environ["TESTCONTAINERS_HOST_OVERRIDE"] = "127.0.0.1"
os.environ["TESTCONTAINERS_CONNECTION_MODE"] = "docker_host"

import pytest
from testcontainers.core.network import Network

from testkit import containers, evidence, images, leaks, progress
from testkit.containers import Container, Run
from testkit.progress import Say
from tests.container.support import app as apps
from tests.container.support import owners, stores, traces
from tests.container.support.app import App
from tests.container.support.ledger import Ledger
from tests.container.support.names import REMEDY, ROOT, RUN_LABEL
from tests.container.support.owners import Owner
from tests.container.support.stores import MySql, Redis
from tests.container.support.traces import Receiver

# With `-n 4 --dist loadgroup` each group runs in a process of its own beside the others: most of the layer's time is
# waiting. Session fixtures are not shared between processes, so what needs the same servers is one group; only the
# outages have servers of their own, as they wait the longest, and take over what would make the stores' group longer.
_HERE = Path(__file__).parent
_GROUPS = {
    "compose": "stack",
    "stack": "stack",
    "image": "image",
    "monitoring": "image",
    "test_nothing_is_left_behind.py": "image",
    "test_stand_ins_keep_the_contract.py": "image",
    "test_what_is_missing_is_a_failure.py": "image",
    "test_a_lost_trace_receiver_costs_nothing.py": "outages",
    "test_connections_stay_bounded.py": "outages",
    "test_connections_that_were_cut_are_replaced.py": "outages",
    "test_rate_limit_is_shared_by_all_processes.py": "outages",
    "test_survives_a_mysql_outage.py": "outages",
    "test_survives_a_redis_outage.py": "outages",
    "test_switched_off_links_stop_everywhere.py": "outages",
}


# The longest first, so that the processes end at about the same time.
_ORDER = ("stack", "outages", "stores", "image")

# Of the stack, from the first to the last. Restarting a part of it is an outage, of which whatever watches it would
# rightly tell; and while all groups start their servers, the machine is at its busiest.
_STACK = (_HERE / "stack" / "browser", _HERE / "stack" / "monitoring", _HERE / "stack")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark the groups before pytest-xdist reads them in a hook of its own; sort them when all is in random order."""
    ours = [item for item in items if item.path.is_relative_to(_HERE)]
    for item in ours:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    yield
    places = {item: (_ORDER.index(_group(item)), _stage(item)) for item in ours}
    items.sort(key=lambda item: places.get(item, (len(_ORDER), 0)))


def _group(item: pytest.Item) -> str:
    group = _GROUPS.get(item.path.relative_to(_HERE).parts[0], "stores")
    # What asks the image in its surroundings would start a second MySQL.
    return "stores" if group == "image" and "app_environment" in getattr(item, "fixturenames", ()) else group


def _stage(item: pytest.Item) -> int:
    return next((number for number, folder in enumerate(_STACK) if item.path.is_relative_to(folder)), 0)


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """Writes a line for the person who waits, past pytest's capture."""
    return progress.of(request.config)


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """This session's mark. Whatever depends on it is torn down first; what is left then fails the session."""
    run = Run(RUN_LABEL, containers.new_id())
    with remedied("The container layer needs a Docker engine"):
        containers.engine()
    evidence.collect_with(request.config, containers.evidence_of(run))
    with leaks.gate(run, also=[f"com.docker.compose.project=strata-{run.id}"]):
        yield run


@pytest.fixture(scope="session")
def run_id(run: Run) -> str:
    """What tells this session's things from another's: label `strata.run`, Compose project `strata-<run id>`."""
    return run.id


def chosen(variable: str) -> str:
    """The image that `variable` names, which must be on this machine."""
    with remedied(variable):
        reference = images.resolve(variable, ROOT)
        images.identity(reference)
    return reference


@contextmanager
def remedied(what: str) -> Iterator[None]:
    """Turns a missing engine or image into a failure of one sentence, without a traceback."""
    try:
        yield
    except (containers.EngineMissing, images.NoImage) as error:
        failure = pytest.fail.Exception(f"{what}: {error} Remedy: {REMEDY}.", pytrace=False)
        raise failure from None


@pytest.fixture(scope="session")
def app_image(run: Run, say: Say) -> Iterator[str]:
    """The id of the image under test: APP_IMAGE where a pipeline names one, else built from this tree."""
    tag = f"strata-test:{run.id}"
    with remedied("The app's image"), images.under_test(ROOT, "APP_IMAGE", base="PYTHON_IMAGE", tag=tag, say=say) as it:
        yield it


@pytest.fixture(scope="session")
def network(run: Run) -> Iterator[Network]:
    """The network on which the stores are called `mysql` and `redis`."""
    with Network(docker_network_kw={"labels": run.labels}) as network:
        yield network


@pytest.fixture(scope="session")
def mysql(run: Run, network: Network, say: Say) -> Iterator[MySql]:
    """MySQL, on a volume that survives a restart."""
    say("starting MySQL …")
    with stores.mysql(chosen("MYSQL_IMAGE"), run, network) as server:
        yield server


@pytest.fixture(scope="session")
def redis(run: Run, network: Network, say: Say) -> Iterator[Redis]:
    """Redis, with the Compose stack's flags."""
    say("starting Redis …")
    with stores.redis(chosen("REDIS_IMAGE"), run, network) as server:
        yield server


@pytest.fixture(scope="session")
def app_environment(mysql: MySql, redis: Redis) -> dict[str, str]:
    """The settings of the shared servers: database `strata`, Redis' database 0."""
    return apps.environment(mysql.url(), redis.url())


@pytest.fixture(scope="session")
def replicas(
    app_image: str, run: Run, network: Network, app_environment: dict[str, str], say: Say
) -> Iterator[tuple[App, App]]:
    """Two servers of the app on the same stores, on a schema that has been migrated."""
    say("migrating, and starting two servers …")
    migrate = ["python", "manage.py", "migrate", "--verbosity=0"]
    with apps.working(app_image, run, network.name, app_environment, migrate, name="migrate") as migration:
        code = migration.sdk.wait(timeout=120)["StatusCode"]
        assert code == 0, f"the migration ended with code {code}; {migration.tail()}"
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(apps.serving(app_image, run, network.name, app_environment, name=name))
            for name in ("app-1", "app-2")
        )
        yield first.wait_until_ready(), second.wait_until_ready()


@pytest.fixture(scope="session")
def app(replicas: tuple[App, App]) -> App:
    """The first of the two servers."""
    return replicas[0]


@pytest.fixture(scope="session")
def flusher(
    replicas: tuple[App, App], app_image: str, run: Run, network: Network, app_environment: dict[str, str]
) -> Iterator[Container]:
    """The process that folds visits into the counts, as in Compose, only more often."""
    command = ["python", "manage.py", "flush_clicks", "--every", "0.5"]
    with apps.working(app_image, run, network.name, app_environment, command, name="flusher") as container:
        yield container


@pytest.fixture
def ledger(replicas: tuple[App, App], flusher: Container, mysql: MySql, redis: Redis, owner: Owner) -> Ledger:
    """Compares the visits that were answered with those that are stored, for the links of `owner`."""
    return Ledger(mysql, redis, replicas, flusher, owner)


@pytest.fixture
def owner(app: App, mysql: MySql) -> Owner:
    """A new account with an API key of its own, and so with a creation budget of its own."""
    return owners.make(mysql)


@pytest.fixture(scope="session")
def receiver(app_image: str, run: Run, network: Network) -> Iterator[Receiver]:
    """What takes the real spans and metrics, where production has its APM and its Prometheus."""
    with traces.receiving(app_image, run, network.name) as started:
        yield started


@pytest.fixture(scope="session")
def traced(
    replicas: tuple[App, App],
    receiver: Receiver,
    app_image: str,
    run: Run,
    network: Network,
    app_environment: dict[str, str],
) -> Iterator[App]:
    """A server with the APM agent in front, on the stores of the two others; it samples every request."""
    with traces.traced(app_image, run, network.name, app_environment, receiver.inside) as started:
        yield started
