"""Does the smoke test wait for the new release, and say what it got instead?"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from testkit.delivery import smoke


class _Site(HTTPServer):
    """Answers with the old version first, then with the new one."""

    versions: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: _Site

    def do_GET(self) -> None:
        versions = self.server.versions
        body = json.dumps({"version": versions.pop(0) if len(versions) > 1 else versions[0]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[_Site]:
    """A site in the middle of a rollout."""
    with _Site(("127.0.0.1", 0), _Handler) as server:
        server.versions = ["old", "old", "new"]
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _asks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site on this machine needs no time between two questions."""
    monkeypatch.setattr(smoke, "_EVERY", 0.01)


def ask(site: _Site, version: str, junit: Path, timeout: float = 10) -> int:
    """Run the program."""
    url = f"http://127.0.0.1:{site.server_port}"
    more = ["--timeout", str(timeout), "--junit", str(junit)]
    return smoke.main([url, "--json", "/health", "version", version, *more])


def test_the_old_version_may_answer_for_a_while(site: _Site, tmp_path: Path) -> None:
    """Red: each deployment is red, because a load balancer takes some seconds."""
    assert ask(site, "new", tmp_path / "smoke.xml") == 0


def test_the_wrong_version_is_named(site: _Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Red: the old release runs on, and the build is green."""
    assert ask(site, "newer", tmp_path / "smoke.xml", timeout=0.3) == 1
    assert "version is new" in capsys.readouterr().out
    (case,) = ET.fromstring((tmp_path / "smoke.xml").read_text())
    assert case.find("failure") is not None, "the report says that all is well"


def test_asking_nothing_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """Red: a typing error in the Makefile asks no question at all, and the smoke test is green for ever."""
    assert smoke.main(["http://127.0.0.1:1"]) == 1
