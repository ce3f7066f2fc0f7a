"""python -m benchmarks.redirects.profile: where the microseconds of a cached redirect on Redis go.

Two views of the same request. From outside: the processor time that the whole server spends on a request, for the
no-op WSGI application, the no-op Django view and the redirect. From inside: the app called in a loop in one thread,
with a timer around each layer. What the inside does not explain of the outside is threads waking each other up.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import stand
from benchmarks.redirects import contenders
from benchmarks.redirects.__main__ import WARM_UP, two_cores
from benchmarks.redirects.contenders import KINDS, OWNER
from testkit import process


def main() -> None:
    options = _options()
    stand.require("wrk", "wrk")
    stand.require("redis-server", "redis-server")
    stand.leave_cleanly()
    outside, inside = _measure(options)
    sys.stdout.write(markdown(outside, inside) + "\n")


def _measure(options: Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Returns the server's processor time by contender, and the layers' times, in microseconds a request."""
    cores = two_cores()
    outside = {}
    with ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-profile-")))
        port = process.free_port()
        stack.enter_context(stand.redis_server(top, port, prefix=["taskset", "-c", str(cores[1])]))
        for kind in (kind for kind in KINDS if kind.key in {"a", "b", "d"}):
            folder = top / kind.key
            folder.mkdir()
            with contenders.start(kind, folder, f"redis://127.0.0.1:{port}/0", cores) as running:
                running.measure(WARM_UP)
                outside[kind.key] = running.measure(options.seconds).cpu
                env = running.env
        return outside, _layers(env, options.calls, cores[0])


def _layers(env: Any, calls: int, core: int) -> dict[str, Any]:
    module = [sys.executable, "-m", "benchmarks.redirects.layers", f"{OWNER}-0", str(calls)]
    done = process.run(["taskset", "-c", str(core), *module], timeout=stand.PATIENCE * 2, cwd=stand.WEBAPP, env=env)
    if done.code:
        raise SystemExit(done.output)
    answer: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return answer


def markdown(outside: dict[str, float], inside: dict[str, Any]) -> str:
    """Both views as tables, the dearest layer first."""
    plain, layers = inside["plain"], inside["layers"]
    ranked = sorted(layers.items(), key=lambda item: -item[1]["cpu"])
    rest = outside["d"] - outside["a"] - plain["cpu"]
    timers = sum(layer["cpu"] for layer in layers.values()) - plain["cpu"]
    return "\n".join(
        [
            "| one request of the server | CPU µs |",
            "|---|--:|",
            f"| cached redirect, counted; Redis (d) | {outside['d']:.0f} |",
            f"| of it gunicorn: what a no-op WSGI application costs (a) | {outside['a']:.0f} |",
            f"| of it the app, called in a loop | {plain['cpu']:.0f} |",
            f"| of it the rest: threads that wake each other up, colder caches | {rest:.0f} |",
            f"| for comparison: no-op Django view (b) | {outside['b']:.0f} |",
            "",
            "| layer of the app, without what it calls | CPU µs | elapsed µs |",
            "|---|--:|--:|",
            *(f"| {layer} | {spent['cpu']:.1f} | {spent['elapsed']:.1f} |" for layer, spent in ranked),
            f"| the timers themselves, which the lines above contain | {-timers:.1f} | |",
            f"| **the app, without timers** | **{plain['cpu']:.0f}** | **{plain['elapsed']:.0f}** |",
        ]
    )


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.redirects.profile", description=__doc__)
    parser.add_argument("--seconds", type=int, default=6, help="of load on each server (default 6)")
    parser.add_argument("--calls", type=int, default=10_000, help="of the app in the loop (default 10,000)")
    options = parser.parse_args()
    if options.seconds < 1 or options.calls < 1:
        parser.error("--seconds and --calls must be at least 1")
    return options


if __name__ == "__main__":
    main()
