"""What the programs share: the real app with its stores, started on loopback, gone when the program ends.

Every child is started through `testkit.process`, so that nothing outlives the program, whatever ends it.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import redis
import requests

from testkit import process
from testkit.wait import NotYet

ROOT = Path(__file__).resolve().parent.parent
# In the app's image the app lies elsewhere than these programs.
WEBAPP = Path(os.environ.get("STRATA_WEBAPP", ROOT / "webapp"))

PUBLIC_URL = "https://go.example.org"
# As the app sees a request in production: through a proxy that ended TLS. Without these the app would only ever
# answer with the redirect to https.
PROXY_HEADERS = {
    "Host": "go.example.org",
    "X-Forwarded-For": "198.51.100.7",  # RFC 5737: an address that is nobody's
    "X-Forwarded-Proto": "https",
}

# Seconds a server, or a command of manage.py, may take on a machine that is busy with other things.
PATIENCE = 60

GUNICORN = (sys.executable, "-m", "gunicorn")

# The persistence that production has.
REDIS_COMMAND = ("redis-server", "--appendonly", "yes", "--appendfsync", "everysec", "--save", "")


def leave_cleanly() -> None:
    """Turns SIGTERM and Ctrl-C into an ordinary exit: servers are stopped, folders removed, and no traceback shown."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)


def require(program: str, package: str) -> None:
    """Ends the program with one sentence where `program`, of Debian's `package`, is missing."""
    if shutil.which(program) is None:
        raise SystemExit(f"{program} is not on PATH: install it with `apt-get install {package}`.")


def environment(folder: Path, *, database_url: str, redis_url: str = "") -> dict[str, str]:
    """The app's whole environment: production settings, a server of one worker with four threads.

    folder: keeps what the server writes; one per server.
    """
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{WEBAPP}{os.pathsep}{ROOT}",
        "SECRET_KEY": "of-a-benchmark-that-nobody-else-can-reach-" + "x" * 20,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_URL": PUBLIC_URL,
        "TRUSTED_PROXIES": "127.0.0.0/8",
        "BIND_ADDRESS": "127.0.0.1",
        "PORT": str(process.free_port()),
        "METRICS_PORT": str(process.free_port()),
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
        "DRAIN_SECONDS": "0",  # no load balancer is there to notice
        # Its metrics' files go there; named PROMETHEUS_MULTIPROC_DIR, the commands of manage.py would write them too.
        "TMPDIR": str(folder),
    }


def sqlite(folder: Path) -> str:
    """The address of a database file in `folder`."""
    return f"sqlite:///{folder / 'db.sqlite3'}"


def server(
    env: Mapping[str, str],
    *,
    application: str = "config.wsgi",
    config: str = "config.server",
    ready: str = "/healthz/ready",
    prefix: Sequence[str] = (),
    program: Sequence[str] = GUNICORN,
) -> process.Child:
    """Starts the production server, as the image does, and returns it when `ready` answers 200.

    prefix: a command that starts the server's command, such as taskset's.
    program: what runs gunicorn.
    """
    command = [*prefix, *program, "-c", f"python:{config}", application]
    return process.start(command, ready=lambda: is_ok(f"{address(env)}{ready}"), timeout=PATIENCE, cwd=WEBAPP, env=env)


def address(env: Mapping[str, str]) -> str:
    """The origin of the server that runs in `env`."""
    return f"http://127.0.0.1:{env['PORT']}"


def redis_server(folder: Path, port: int, *, prefix: Sequence[str] = ()) -> process.Child:
    """Starts a Redis that keeps its data in `folder` as production does, and returns it when it answers."""
    place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--daemonize", "no"]
    return process.start([*prefix, *REDIS_COMMAND, *place], ready=lambda: _answers_ping(port), timeout=PATIENCE)


def manage(env: Mapping[str, str], *arguments: str) -> None:
    """Runs a command of manage.py to its end.

    Raises SystemExit with the command's output when it fails.
    """
    _succeed([sys.executable, "manage.py", *arguments], env)


def clerk(env: Mapping[str, str], *arguments: str) -> Any:
    """Asks `benchmarks.clerk`, which works inside the app, and returns its answer."""
    return json.loads(_succeed([sys.executable, "-m", "benchmarks.clerk", *arguments], env).splitlines()[-1])


def metric(env: Mapping[str, str], sample: str) -> float:
    """A sample of the server's metrics, such as `strata_redirects_total{outcome="found"}`; 0 where there is none."""
    answer = requests.get(f"http://127.0.0.1:{env['METRICS_PORT']}/metrics", timeout=PATIENCE)
    if answer.status_code != 200:
        raise SystemExit(f"/metrics answered {answer.status_code}: {answer.text}")
    values = [line.rpartition(" ")[2] for line in answer.text.splitlines() if line.rpartition(" ")[0] == sample]
    return float(values[0]) if values else 0.0


def _succeed(command: Sequence[str], env: Mapping[str, str]) -> str:
    done = process.run(command, timeout=PATIENCE, cwd=WEBAPP, env=env)
    if done.code:
        raise SystemExit(f"{' '.join(done.command[1:])} ended with code {done.code}:\n{done.output}")
    return done.output


def is_ok(url: str) -> bool | NotYet:
    """Whether a server answers 200 to a request that came through the proxy."""
    answer = requests.get(url, headers=PROXY_HEADERS, timeout=5)
    return answer.status_code == 200 or NotYet(f"{answer.status_code} {answer.text}")


def _answers_ping(port: int) -> bool | NotYet:
    try:
        return bool(redis.Redis(port=port, socket_timeout=5).ping())
    except redis.RedisError as error:
        return NotYet(str(error))


def progress(text: str) -> None:
    sys.stderr.write(text + "\n")
