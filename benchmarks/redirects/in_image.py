"""python -m benchmarks.redirects.in_image: the redirect in the real image, on the real MySQL and Redis, durably set.

MySQL keeps its defaults, which wait for the disk at every commit (innodb_flush_log_at_trx_commit=1, sync_binlog=1), on
a volume; Redis has the flags of the Compose file. Beside it the way shorteners often count: an UPDATE per hit.
"""

import json
import secrets
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import stand
from benchmarks.image import build
from benchmarks.redirects import contenders, load, table
from benchmarks.redirects.__main__ import measure, options_of, two_cores
from benchmarks.redirects.contenders import HOT_LINKS, KINDS, Kind, Running
from benchmarks.redirects.load import Pages
from testkit import containers, images, leaks
from testkit.containers import Container, Run

_COUNTED, _UPDATED = "g", "h"
_NOOP = next(kind for kind in KINDS if kind.key == table.BASE)
IN_IMAGE = (
    _NOOP,
    Kind(_COUNTED, "cached redirect, counted; MySQL and Redis", "config.wsgi", HOT_LINKS, stores="redis"),
    Kind(_UPDATED, "the same, but an UPDATE per hit on MySQL", "benchmarks.redirects.update_per_hit", HOT_LINKS),
)

_PASSWORD = secrets.token_hex(16)
# Enough for MySQL to initialise its volume on a busy machine.
_STORE_STARTS_WITHIN = 120

_CONDITIONS = """
The image on core {0}, one worker of four threads; wrk ({connections} connections), MySQL and Redis share core {1}.
Medians of {rounds} interleaved rounds of {seconds} s each. Every answer and every count was looked at.
Against an UPDATE per hit, counting through Redis serves {ratio:.1f} times as many visits ({least:.1f} to {most:.1f}).
"""


@dataclass(frozen=True)
class Inside:
    """A container of the image on this machine's network, with these programs mounted."""

    container: Container
    env: Mapping[str, str]

    @property
    def pid(self) -> int:
        return int(self.container.state()["Pid"])

    def tail(self) -> str:
        return self.container.tail()

    def manage(self, *arguments: str) -> None:
        self.container.exec(["python", "manage.py", *arguments])

    def clerk(self, *arguments: str) -> Any:
        return json.loads(self.container.exec(["python", "-m", "benchmarks.clerk", *arguments]).splitlines()[-1])


def main() -> None:
    options = options_of("benchmarks.redirects.in_image", __doc__)
    stand.require("wrk", "wrk")
    stand.leave_cleanly()
    cores = two_cores()
    run = Run("strata.run", containers.new_id())
    with leaks.gate(run), build.checkout() as checkout, ExitStack() as stack:
        stand.progress("building the image")
        checkout.build(cold=False)
        running = _start(stack, checkout.tag, run, cores)
        measure(running, options)
    _print({contender.kind.key: contender.runs for contender in running}, cores, options)


def _print(runs: table.Runs, cores: tuple[int, int], options: Namespace) -> None:
    times = table.ratios(runs, _COUNTED, _UPDATED)
    sizes = {"ratio": median(times), "least": min(times), "most": max(times), "connections": load.CONNECTIONS}
    sys.stdout.write(f"{table.markdown(runs, IN_IMAGE)}\n{_CONDITIONS.format(*cores, **sizes, **vars(options))}")
    if options.json:
        options.json.write_text(json.dumps(table.as_data(runs, IN_IMAGE), indent=1) + "\n")


def _start(stack: ExitStack, image: str, run: Run, cores: tuple[int, int]) -> list[Running]:
    top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-bench-")))
    stand.progress("starting MySQL and Redis")
    mysql = stack.enter_context(_mysql(run, cores[1]))
    redis = stack.enter_context(_redis(run, cores[1]))
    running = []
    for number, kind in enumerate(IN_IMAGE):
        stand.progress(f"starting ({kind.key}) {kind.title}")
        create = ["mysql", "--user=root", f"--execute=CREATE DATABASE bench_{kind.key}"]
        mysql.exec(create, env={"MYSQL_PWD": _PASSWORD})
        database = f"mysql://root:{_PASSWORD}@127.0.0.1:{mysql.port(3306)}/bench_{kind.key}"
        env = stand.environment(
            Path("/tmp"),  # noqa: S108  in the container
            database_url=database,
            redis_url=f"redis://127.0.0.1:{redis.port(6379)}/{number}" if kind.stores else "",
        )
        running.append(stack.enter_context(_serving(kind, image, run, env, top, cores)))
    return running


@contextmanager
def _serving(
    kind: Kind, image: str, run: Run, env: Mapping[str, str], top: Path, cores: tuple[int, int]
) -> Iterator[Running]:
    """Start the contender's server in a container, once its links are made."""
    env = {**env, "PYTHONPATH": "/programs:/app"}
    env.pop("PATH")
    config, ready = contenders.server_of(kind)
    options: dict[str, Any] = {
        "run": run,
        "env": env,
        "network_mode": "host",
        "cpuset_cpus": str(cores[0]),
        "volumes": {str(build.ROOT / "benchmarks"): {"bind": "/programs/benchmarks", "mode": "ro"}},
    }
    with containers.start(image, command=["sleep", "infinity"], name=f"clerk-{kind.key}", **options) as clerk:
        pages = Pages.write(contenders.expected_answers(kind, Inside(clerk, env)), top / kind.key)
        command = ["gunicorn", "-c", f"python:{config}", kind.application]
        with containers.start(image, command=command, name=f"bench-{kind.key}", **options) as server:
            url = f"{stand.address(env)}{ready}"
            server.wait(lambda _: stand.is_ok(url), stand.PATIENCE, f"{url} to answer 200")
            yield Running(kind, Inside(clerk, env), Inside(server, env), pages, cores[1])


@contextmanager
def _mysql(run: Run, core: int) -> Iterator[Container]:
    # The official entrypoint starts a temporary server first, which says the same words.
    ready = containers.logged(": ready for connections", times=2)
    with _store("MYSQL_IMAGE", run, core, ports=[3306], env={"MYSQL_ROOT_PASSWORD": _PASSWORD}, ready=ready) as mysql:
        yield mysql


@contextmanager
def _redis(run: Run, core: int) -> Iterator[Container]:
    ready = containers.logged("Ready to accept connections")
    with _store("REDIS_IMAGE", run, core, ports=[6379], command=stand.REDIS_COMMAND, ready=ready) as redis:
        yield redis


def _store(variable: str, run: Run, core: int, **options: Any) -> AbstractContextManager[Container]:
    image = images.resolve(variable, build.ROOT)
    name = f"bench-{variable.partition('_')[0].lower()}"
    return containers.start(image, run=run, name=name, cpuset_cpus=str(core), timeout=_STORE_STARTS_WITHIN, **options)


if __name__ == "__main__":
    main()
