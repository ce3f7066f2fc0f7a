"""python -m benchmarks.redirects: a redirect's speed against that of a no-op Django view, measured with wrk."""

import json
import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks import stand
from benchmarks.redirects import contenders, load, table
from benchmarks.redirects.contenders import KINDS, Kind, Running
from testkit import process

SomeKind = TypeVar("SomeKind", bound=Kind)

WARM_UP = 1.0  # seconds: first connections, first imports, first statement of each kind

_CONDITIONS = """
Each on gunicorn with one worker of four threads, pinned to core {0}; wrk ({connections} connections) and Redis
(appendonly yes, appendfsync everysec) share core {1}. Medians of {rounds} interleaved rounds of {seconds} s each.
Every answer's status and Location was looked at, and every count agrees with the answers.
"""


def main() -> None:
    options, cores = prepare("benchmarks.redirects", __doc__)
    with ExitStack() as stack:
        running = start_all(stack, cores, KINDS, partial(contenders.start, cores=cores))
        measure(running, options)
    runs = {contender.kind.key: contender.runs for contender in running}
    conditions = _CONDITIONS.format(*cores, connections=load.CONNECTIONS, **vars(options))
    sys.stdout.write(f"{table.markdown(runs, KINDS)}\n{conditions}")
    if options.json:
        options.json.write_text(json.dumps(table.as_data(runs, KINDS), indent=1) + "\n")


def prepare(program: str, description: str | None) -> tuple[Namespace, tuple[int, int]]:
    """Reads the options, and sees to it that there are wrk, Redis and two cores. Raises SystemExit where not."""
    options = options_of(program, description)
    stand.require("wrk", "wrk")
    stand.require("redis-server", "redis-server")
    stand.leave_cleanly()
    return options, two_cores()


def two_cores() -> tuple[int, int]:
    """The server's core and the load's. Raises SystemExit where there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("one core only: load and server would compete for it; run this on a machine with two cores")
    return cores[0], cores[1]


def start_all(
    stack: ExitStack,
    cores: tuple[int, int],
    kinds: Sequence[SomeKind],
    start: Callable[[SomeKind, Path, str], AbstractContextManager[Running]],
) -> list[Running]:
    """Starts each contender in a folder of its own, with a database of its own on one Redis; `stack` stops them.

    start: gets the kind, its folder and the address of its Redis database.
    """
    top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-bench-")))
    port = process.free_port()
    stack.enter_context(stand.redis_server(top, port, prefix=["taskset", "-c", str(cores[1])]))
    running = []
    for number, kind in enumerate(kinds):
        folder = top / kind.key
        folder.mkdir()
        stand.progress(f"starting ({kind.key}) {kind.title}")
        running.append(stack.enter_context(start(kind, folder, f"redis://127.0.0.1:{port}/{number}")))
    return running


def measure(running: list[Running], options: Namespace) -> None:
    """Loads all in turn, and checks their answers and counts. Raises SystemExit when one is wrong."""
    for contender in running:
        contender.check_answers()
        contender.measure(WARM_UP)
    for number in range(1, options.rounds + 1):
        for contender in running:
            done = contender.measure(options.seconds)
            contender.runs.append(done)
            stand.progress(f"round {number}/{options.rounds} ({contender.kind.key}) {done.rate:.0f} requests/s")
    for contender in running:
        contender.check_answers()
        contender.check_counts()


def options_of(program: str, description: str | None) -> Namespace:
    """The options of a program that measures redirects in rounds."""
    parser = ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--seconds", type=int, default=3, help="of each run (default 3)")
    parser.add_argument("--rounds", type=int, default=10, help="default 10")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run's figures to FILE")
    options = parser.parse_args()
    if options.seconds < 1 or options.rounds < 1:
        parser.error("--seconds and --rounds must be at least 1")
    return options


if __name__ == "__main__":
    main()
