"""Does SIGTERM reach the server, and is everything that came in before its end answered?

The promise: a rolling update fails no request. Readiness goes off, the server answers on for the drain, then finishes
what is in flight.
"""

import http.client
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from testcontainers.core.network import Network

from testkit import wait
from testkit.containers import Container, Run
from testkit.load import steady_load
from tests.container.support import app as apps
from tests.container.support.app import App
from tests.container.support.names import ROOT
from tests.container.support.owners import Owner
from tests.container.support.traces import AGENT

# Seconds; shorter than the shipped 3 only to save time.
DRAIN = 1.0
# Seconds after the drain for the last requests and for what a busy machine adds; a worker that hangs is given up by the
# server after 20 s.
AFTER_DRAIN = 6.0
# Requests a second while it drains.
RATE = 40.0
# Seconds for a server that has no request to finish; a busy machine needs some, an ignored signal takes them all.
AT_ONCE = 5.0

Start = Callable[[], App]


@pytest.fixture
def server(app_image: str, run: Run, network: Network, app: App, app_environment: dict[str, str]) -> Iterator[App]:
    """A server of our own, to be stopped. `app` has migrated the database before."""
    with apps.serving(app_image, run, network.name, {**app_environment, "DRAIN_SECONDS": f"{DRAIN:g}"}) as started:
        started.wait_until_ready()
        yield started


def test_sigterm_drains_and_ends_with_code_0(server: App, owner: Owner) -> None:
    """Red: every deployment answers some visitors with a connection error, and looks like a crash."""
    with _request_in_flight(server, owner) as finish, steady_load(f"{server.url}/healthz/live", RATE) as traffic:
        traffic.wait_for(10, "before the stop")
        begin = time.monotonic()
        server.container.kill("SIGTERM")
        wait.until(lambda: _says_draining(server), DRAIN, every=0.02, why="readiness to say that it is draining")
        traffic.wait_for(int(RATE * DRAIN / 3), "while it drains, and is not ready any more")
        traffic.stop()
        status = finish()
    code = server.container.sdk.wait(timeout=30)["StatusCode"]
    seconds = time.monotonic() - begin
    assert code == 0, f"PID 1 ended with code {code} after SIGTERM; {server.container.tail()}"
    traffic.assert_all_answered("between SIGTERM and the end of the drain")
    assert status == 201, f"the request that was in flight at SIGTERM made a link, but its answer was {status}"
    assert DRAIN <= seconds <= DRAIN + AFTER_DRAIN, f"it ended {seconds:.1f} s after SIGTERM, with a drain of {DRAIN} s"


def test_the_grace_period_is_longer_than_the_drain(shipped: dict[str, float]) -> None:
    """Red: the engine kills the server while it still answers; every deployment then fails requests."""
    stack = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["webapp"]
    grace = _seconds(str(stack.get("stop_grace_period", "10s")))
    drain = float(stack.get("environment", {}).get("DRAIN_SECONDS", shipped["drain"]))
    needed = drain + shipped["last_requests"]
    assert grace > needed, (
        f"stop_grace_period of webapp is {grace:g} s; the drain ({drain:g} s) and the last requests "
        f"({shipped['last_requests']:g} s) need more than {needed:g} s"
    )


@pytest.mark.parametrize("moment", ["Starting gunicorn", "Booting worker"])
def test_a_stop_during_the_start_is_an_orderly_end(
    app_image: str, run: Run, app_environment: dict[str, str], moment: str
) -> None:
    """Red: a pod that is scaled down again at once hangs until it is killed, or reports a crash."""
    with apps.working(app_image, run, "none", app_environment, command=[], network_mode=None) as container:
        container.wait(lambda it: moment in it.logs(), 20, f"'{moment}' in the log")
        _assert_ends_at_once(container, f"right after '{moment}'")


@pytest.mark.parametrize("agent", [[], AGENT], ids=["plain", "traced"])
def test_pid_1_hears_sigterm_before_the_app_is_loaded(
    app_image: str, run: Run, app_environment: dict[str, str], config: Mapping[str, Any], agent: list[str]
) -> None:
    """Red: the kernel drops signals for which PID 1 has no handler, so an early stop waits for the SIGKILL."""
    env = {**app_environment, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    command = [*agent, *config["Cmd"]]
    with apps.working(app_image, run, "none", env, command=command, network_mode=None) as container:
        first = int(container.state()["Pid"])
        wait.until(lambda: _hears_sigterm(first), 20, every=0.005, why="PID 1 to have a handler for SIGTERM")
        _assert_ends_at_once(container, "as soon as PID 1 had a handler for SIGTERM")
        log = container.logs()
    assert "Starting gunicorn" not in log, f"PID 1 had no handler for SIGTERM until the app was loaded:\n{log}"


@pytest.fixture(scope="module")
def shipped(app: App) -> dict[str, float]:
    """The shipped drain, and the time for the last requests, in seconds, as the server itself computes them."""
    code = "from config import server, settings; print(settings.DRAIN_SECONDS, server.graceful_timeout)"
    drain, both = map(float, app.container.exec(["env", "-u", "DRAIN_SECONDS", "python", "-c", code]).split())
    return {"drain": drain, "last_requests": both - drain}


@contextmanager
def _request_in_flight(server: App, owner: Owner) -> Iterator[Callable[[], int]]:
    """A request whose body is not complete yet; the function sends the rest and returns the answer's status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    body = b'{"target": "https://example.org/"}'
    connection.putrequest("POST", "/api/v1/links")
    for name, value in {**owner.headers, "Content-Type": "application/json", "Content-Length": len(body)}.items():
        connection.putheader(name, str(value))
    connection.endheaders()
    connection.send(body[:5])

    def finish() -> int:
        connection.send(body[5:])
        return connection.getresponse().status

    try:
        yield finish
    finally:
        connection.close()


def _says_draining(server: App) -> bool:
    answer = requests.get(f"{server.url}/healthz/ready", timeout=5)
    return answer.status_code == 503 and "draining" in answer.text


def _assert_ends_at_once(container: Container, when: str) -> None:
    begin = time.monotonic()
    container.stop(grace=int(AT_ONCE))
    seconds, code = time.monotonic() - begin, container.state()["ExitCode"]
    assert code == 0, f"SIGTERM {when}: PID 1 ended with code {code} after {seconds:.1f} s; {container.tail()}"
    assert "Traceback" not in container.logs(), f"SIGTERM {when} ended in a traceback; {container.tail()}"


def _hears_sigterm(pid: int) -> bool:
    """Whether the server, as a process of this machine, has a handler; proc_pid_status(5), SigCgt.

    For a moment the process is still the container runtime, which handles every signal and passes none on.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return not status.startswith("Name:\trunc") and bool(caught and int(caught[1], 16) & 1 << (signal.SIGTERM - 1))


def _seconds(duration: str) -> float:
    """A duration of Compose, such as 1m30s."""
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)([hms])", duration))
