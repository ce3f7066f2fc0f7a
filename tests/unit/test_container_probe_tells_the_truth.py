"""Does the image's health check fail when, and only when, something is wrong?"""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ops import probe
from testkit import process


class Answers(BaseHTTPRequestHandler):
    """A server that is as ready as `status` says."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz/ready" else 404)
        self.end_headers()
        self.wfile.write(b"the reason why")

    def log_message(self, *_: object) -> None:
        """Silence: the answers are the test's own."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answers]]:
    handler = type("Handler", (Answers,), {})
    with HTTPServer(("127.0.0.1", 0), handler) as httpd:
        monkeypatch.setenv("PORT", str(httpd.server_port))
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield handler
        httpd.shutdown()
        thread.join()


def test_a_ready_server_is_healthy(server: type[Answers]) -> None:
    """If red, a working container is restarted for ever."""
    assert probe.server() == 0


def test_a_server_that_is_not_ready_is_unhealthy(server: type[Answers], capsys: pytest.CaptureFixture[str]) -> None:
    """If red, Compose sends people to a container that cannot serve them."""
    server.status = 503
    assert probe.server() == 1
    assert "the reason why" in capsys.readouterr().out, "docker inspect would not show why"


def test_no_server_is_unhealthy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """If red, a container whose server died counts as healthy."""
    monkeypatch.setenv("PORT", str(process.free_port()))
    assert probe.server() == 1
    assert "no answer" in capsys.readouterr().out


@pytest.mark.parametrize(("age", "code"), [(0, 0), (probe.HEARTBEAT_AGE - 5, 0), (probe.HEARTBEAT_AGE + 5, 1)])
def test_a_heartbeat_may_not_be_old(tmp_path: Path, age: float, code: int) -> None:
    """If red, a flusher that hangs is never restarted, or one that works is."""
    file = tmp_path / "beat"
    file.touch()
    os.utime(file, (time.time() - age,) * 2)
    assert probe.heartbeat(file) == code, f"a heartbeat {age} s old gave {1 - code}"


def test_no_heartbeat_is_unhealthy(tmp_path: Path) -> None:
    """If red, a flusher that never came to its first round counts as healthy."""
    assert probe.heartbeat(tmp_path / "none") == 1
