"""Does the production server keep its ports apart, add up its workers, and stop without losing a request?"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from links.keys import create_key
from links.models import Link
from testkit import process
from testkit.wait import NotYet, until
from tests.unit.support.children import WEBAPP, copy_database, environment

COMMAND = [sys.executable, "-m", "gunicorn", "-c", "python:config.server", "config.wsgi"]
pytestmark = pytest.mark.django_db(transaction=True)

DRAIN_SECONDS = 1.0
WORKERS = 2


@dataclass(frozen=True)
class Server:
    child: process.Child
    public: str
    metrics: str
    key: str
    folder: Path
    answers: list[int]
    """What the readiness probe said, from the first moment on."""


@pytest.fixture
def server(make_link: Callable[..., Link], tmp_path: Path) -> Iterator[Server]:
    """Gunicorn as the image starts it, with a link `spring` in its database."""
    key = create_key(make_link("spring").owner, "server test")
    port, metrics_port = process.free_port(), process.free_port()
    env = environment(
        tmp_path,
        copy_database(tmp_path / "db.sqlite3"),
        PORT=str(port),
        METRICS_PORT=str(metrics_port),
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        WEB_WORKERS=str(WORKERS),
        # Nothing listens there: a server whose Redis is away has to keep all these promises too.
        REDIS_URL=f"redis://127.0.0.1:{process.free_port()}/0",
        DRAIN_SECONDS=str(DRAIN_SECONDS),
    )
    public = f"http://127.0.0.1:{port}"
    answers: list[int] = []
    with process.start(COMMAND, cwd=WEBAPP, env=env, ready=lambda: _is_ready(public, answers)) as child:
        yield Server(child, public, f"http://127.0.0.1:{metrics_port}", key, tmp_path, answers)
        child.kill()  # how it ends is one test's question, and takes as long as a drain


def _is_ready(public: str, answers: list[int]) -> bool | NotYet:
    status = _ready(public)
    if isinstance(status, NotYet):
        return status
    answers.append(status)
    return status == 200


def _ready(public: str) -> int | NotYet:
    try:
        status = requests.get(f"{public}/healthz/ready", timeout=60).status_code
    except requests.ConnectionError as error:
        return NotYet(f"no connection: {error}")
    return status


def test_ports_workers_and_metrics(server: Server) -> None:
    """If red, production shows its metrics to the world, or forgets the visits of all workers but one."""
    assert server.answers == [200], f"a new pod is passed over until a later probe: its first ones got {server.answers}"
    for path in ("/metrics", "/monitoring"):
        public = requests.get(f"{server.public}{path}", timeout=60)
        assert public.status_code == 404, f"{path} on the public port answered {public.status_code}"
        assert "strata_" not in public.text
        # The Host header is the client's to write.
        forged = requests.get(f"{server.public}{path}", headers={"Host": server.metrics[7:]}, timeout=60)
        assert forged.status_code in {400, 404}
        assert "strata_" not in forged.text
        assert requests.get(f"{server.metrics}{path}", timeout=60).status_code == 200
    assert requests.get(f"{server.metrics}/spring", allow_redirects=False, timeout=60).status_code == 404

    # Once the other worker has started, too.
    why = "the limiter to count as shared, as configured, before the first limited request"
    until(lambda: "strata_rate_limiter_shared 1.0" in _scraped(server), 20, every=0.1, why=why)

    visits = 40
    for _ in range(visits):
        answer = requests.get(f"{server.public}/spring", allow_redirects=False, timeout=60)
        assert (answer.status_code, answer.headers["Location"]) == (302, "https://example.org/there")
    assert _redirects(server) == visits, "the metrics are not the sum over all workers"
    scraped = _scraped(server)
    assert 'strata_click_queue_length{queue="table"} 40.0' in scraped

    [victim, *_] = before = _workers(server.child.pid)
    assert len(before) == WORKERS
    os.kill(victim, signal.SIGKILL)
    until(
        lambda: len(_workers(server.child.pid)) == WORKERS and victim not in _workers(server.child.pid),
        timeout=60,
        every=0.02,
        why="the killed worker to be replaced",
    )
    assert _redirects(server) == visits, "what a worker had counted died with it"
    until(
        lambda: not list((server.folder / "metrics").glob(f"gauge_live*_{victim}.db")),
        timeout=60,
        every=0.02,
        why="the dead worker's gauges to be removed",
    )


@pytest.mark.first
def test_sigterm_loses_no_request(server: Server) -> None:
    """If red, each rolling update answers some visitors with a reset connection."""
    visitors = Visitors(f"{server.public}/spring")
    body = SlowBody(b'{"target": ', b'"https://example.org/slow"}')
    created: list[requests.Response] = []
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json", "Connection": "close"}

    def create() -> None:
        created.append(requests.post(f"{server.public}/api/v1/links", data=body, headers=headers, timeout=30))

    in_flight = threading.Thread(target=create)
    with visitors:
        in_flight.start()
        assert body.started.wait(5)
        until(lambda: len(visitors.answers) > 5, timeout=60, every=0.01, why="the first visitors")
        stopped = time.monotonic()
        server.child.signal(signal.SIGTERM)
        until(lambda: _ready(server.public) == 503, timeout=DRAIN_SECONDS / 2, every=0.01, why="readiness to go off")
        for worker in _workers(server.child.pid):
            os.kill(worker, signal.SIGTERM)  # as systemd does, which signals the whole group
        # Only now, with nobody new being answered, does the slow client send the rest.
        until(lambda: visitors.first_lost, timeout=DRAIN_SECONDS + 5, every=0.01, why="the server to stop accepting")
    body.go_on.set()
    in_flight.join(10)
    code = server.child.wait(timeout=60)

    early = [(round(at - stopped, 2), status) for at, status in visitors.answers if at < stopped + 0.8 * DRAIN_SECONDS]
    lost = [answer for answer in early if answer[1] != "302"]
    assert lost == [], f"seconds after SIGTERM, and what a visitor got instead of a redirect: {lost}"
    during = [at for at, _ in early if at > 0]
    assert len(during) > 10, f"only {len(during)} visitors came during the drain; this proves nothing"
    assert visitors.first_lost - stopped >= 0.9 * DRAIN_SECONDS, "accepting ended before load balancers could notice"
    assert [answer.status_code for answer in created] == [201], "the request in flight was not answered"
    assert code == 0, f"it ended with {code}; {server.child.tail()}"
    for line in server.child.output().splitlines():
        json.loads(line)  # whatever a server says on its way is for the log collector too


def test_a_wrong_variable_ends_in_one_line(tmp_path: Path) -> None:
    """If red, whoever mistypes a variable reads a traceback of the server's, or it starts and fails later."""
    ended = process.run(COMMAND, cwd=WEBAPP, env=environment(tmp_path, "sqlite://:memory:", PORT="http"), timeout=30)
    assert ended.code != 0
    [line] = ended.output.splitlines()
    assert line.startswith("strata: PORT: "), line


class SlowBody:
    """A body whose second half is sent only when the test says so."""

    def __init__(self, first: bytes, second: bytes) -> None:
        self._halves = [first, second]
        self._length = len(first) + len(second)
        self.started, self.go_on = threading.Event(), threading.Event()

    def __len__(self) -> int:
        return self._length

    def read(self, _size: int = -1) -> bytes:
        if len(self._halves) == 1:
            self.started.set()
            self.go_on.wait(30)
        return self._halves.pop(0) if self._halves else b""


@dataclass
class Visitors:
    """One visitor after the other, each on a connection of its own; `answers` has when each came and what it got."""

    url: str
    answers: list[tuple[float, str]] = field(default_factory=list)
    first_lost: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Visitors":
        self._thread = threading.Thread(target=self._come)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        assert self._thread is not None
        self._thread.join(10)

    def _come(self) -> None:
        while not self._stop.wait(0.01):
            at = time.monotonic()
            try:
                status = str(requests.get(self.url, allow_redirects=False, timeout=1).status_code)
            except requests.RequestException as error:
                status = str(error)
                self.first_lost = self.first_lost or at
            self.answers.append((at, status))


def _scraped(server: Server) -> str:
    return requests.get(f"{server.metrics}/metrics", timeout=60).text


def _redirects(server: Server) -> float:
    line = next(
        line for line in _scraped(server).splitlines() if line.startswith('strata_redirects_total{outcome="found"}')
    )
    return float(line.rsplit(" ", 1)[1])


def _workers(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]
