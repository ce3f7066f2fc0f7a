"""python -m benchmarks.durability: kills the flusher again and again while visits come in, and counts afterwards.

Two production servers share one database: one counts through Redis, one through the table of hits. Meanwhile Redis
hangs and goes away a few times. The promise: answered <= stored <= attempted + commands of unknown fate.
"""

import sys
import tempfile
import uuid
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import stand
from benchmarks.durability import boundaries, outages
from benchmarks.durability.boundaries import Boundary
from benchmarks.durability.killer import Kill, kill_at
from benchmarks.durability.outages import Store
from benchmarks.durability.verdict import Outcome
from benchmarks.durability.visitors import Visitors

LINKS = 20
# Visitors of the server with Redis, and of the one without.
VISITORS, VISITORS_OF_THE_TABLE = 3, 1
# Failures of Redis, spread evenly over the kills: it hangs, and every other time it goes away.
OUTAGES = 5


def main() -> None:
    options = _options()
    stand.leave_cleanly()
    with ExitStack() as stack:
        outcome = _run(stack, options)
    sys.stdout.write(outcome.markdown() + "\n\n")
    problems = outcome.problems()
    sys.stdout.write("".join(f"BROKEN: {problem}\n" for problem in problems) or "The promise held.\n")
    sys.exit(1 if problems else 0)


def _run(stack: ExitStack, options: Namespace) -> Outcome:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-durability-")))
    store = stack.enter_context(outages.store(options.redis_url, folder))
    database_url = options.database_url or stand.sqlite(folder)
    envs = [
        stand.environment(_folder(folder, name), database_url=database_url, redis_url=redis_url)
        for name, redis_url in (("redis", store.url), ("table", ""))
    ]
    owner = f"durability-{uuid.uuid4().hex[:8]}"
    stand.manage(envs[0], "migrate", "--verbosity", "0")
    paths = [f"/{slug}" for slug in stand.clerk(envs[0], "seed", owner, "--links", str(LINKS))]
    stack.callback(stand.clerk, envs[0], "remove", owner)

    with stand.server(envs[0]), stand.server(envs[1]):
        with (
            Visitors(stand.address(envs[0]), paths, VISITORS) as visitors,
            Visitors(stand.address(envs[1]), paths, VISITORS_OF_THE_TABLE) as visitors_of_the_table,
        ):
            kills = _kill(options.kills, lambda boundary: kill_at(boundary, envs[0], folder), store, visitors)
        unknown = sum(stand.metric(env, "strata_redis_unknown_fate_total") for env in envs)

    stand.manage(envs[0], "flush_clicks")
    counts = stand.clerk(envs[0], "counts", owner)
    return Outcome(
        kills=kills,
        answered=visitors.answered + visitors_of_the_table.answered,
        attempted=visitors.attempted + visitors_of_the_table.attempted,
        unknown=int(unknown),
        **counts,
    )


def _kill(number: int, kill: Callable[[Boundary], Kill], store: Store, visitors: Visitors) -> list[Kill]:
    kills: list[Kill] = []
    outages_after = {number * n // (OUTAGES + 1): n for n in range(1, OUTAGES + 1)}
    for boundary in boundaries.plan(number):
        visitors.wait_for(1, "through Redis, so that there is something to fold")
        kills.append(kill(boundary))
        stand.progress(f"kill {len(kills)}/{number}: {boundary}")
        if outage := outages_after.get(len(kills)):
            fail = store.hang if outage % 2 else store.go_away
            stand.progress("Redis fails for a while")
            fail(visitors.wait_for)
    return kills


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.durability", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="default 50")
    parser.add_argument("--database-url", default="", help="default: an SQLite file of its own")
    parser.add_argument("--redis-url", default="", help="default: Debian's Redis, started for this run")
    options = parser.parse_args()
    if options.kills < 1:
        parser.error("--kills must be at least 1")
    return options


if __name__ == "__main__":
    main()
