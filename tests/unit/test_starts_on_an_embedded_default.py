"""Does `make run` come up on a machine with nothing but Python, twice, and say what is wrong where it cannot?"""

import json
import os
import re
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from testkit import process, wait
from tests.unit.support.coverage import leave_children_out

# A connection kept open would make the server wait for its next request before it stops.
CLOSE = {"Connection": "close"}
EMBEDDED = Path(__file__).parents[2] / "webapp" / "embedded.py"


def environment(state: Path, port: int, metrics_port: int) -> dict[str, str]:
    """A shell that sets nothing of the app's, as on a fresh machine, but for where to put things."""
    ours = (
        "SECRET_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "PUBLIC_URL",
        "ALLOWED_HOSTS",
        "CREATION_RATE",
        "FAILED_AUTH_RATE",
        "ADMIN_ENABLED",
    )
    kept = {name: value for name, value in os.environ.items() if name not in (*ours, "DJANGO_SETTINGS_MODULE")}
    return {**kept, "STRATA_STATE": str(state), "PORT": str(port), "METRICS_PORT": str(metrics_port)}


@contextmanager
def embedded(state: Path) -> Iterator[tuple[process.Child, str]]:
    """The app as `make run` starts it, ready, and its address."""
    port, metrics_port = process.free_port(), process.free_port()
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        return requests.get(f"{address}/healthz/ready", headers=CLOSE, timeout=30).ok

    command = [sys.executable, str(EMBEDDED)]
    with process.start(command, ready=ready, env=environment(state, port, metrics_port)) as child:
        yield child, address


@pytest.mark.first
@pytest.mark.usefixtures("children_are_counted")
def test_it_starts_follows_a_sample_link_and_starts_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, the first thing that anybody tries with this repository fails."""
    with embedded(tmp_path / "state") as (child, address):
        answer = requests.get(f"{address}/pytest", allow_redirects=False, headers=CLOSE, timeout=60)
        assert answer.headers.get("Location") == "https://docs.pytest.org/en/stable/", answer.text[:300]
        by_name = address.replace("127.0.0.1", "localhost")
        seen = {url: requests.get(url, headers=CLOSE, timeout=60).status_code for url in (address, by_name)}
        assert set(seen.values()) == {200}, f"people type both addresses; they are answered with {seen}"
        wait.until(lambda: "API key" in child.output(), timeout=60, every=0.05, why="the login to be printed")
        found = re.search(r"API key +(\S+)", child.output())
        assert found, f"no API key was printed:\n{child.output()}"
        first_key = found[1]
        listed = requests.get(
            f"{address}/api/v1/links", headers={**CLOSE, "Authorization": f"Bearer {first_key}"}, timeout=60
        )
        assert listed.json()["total"] == 5, f"the sample links are missing: {listed.text[:300]}"
        for name in ("secret_key", "demo_password", "api_key"):
            mode = stat.S_IMODE((tmp_path / "state" / name).stat().st_mode)
            assert mode == 0o600, f"whoever shares the machine can read {name}: its mode is {mode:o}, not 600"

    leave_children_out(monkeypatch)
    with embedded(tmp_path / "state") as (_, address):
        listed = requests.get(
            f"{address}/api/v1/links", headers={**CLOSE, "Authorization": f"Bearer {first_key}"}, timeout=60
        )
        assert listed.status_code == 200, f"the second start has made new secrets: {listed.text[:300]}"
        assert listed.json()["total"] == 5, f"the second start has made sample links again: {listed.text[:300]}"


@pytest.mark.parametrize("name", ["PORT", "METRICS_PORT"])
def test_a_busy_port_is_named(tmp_path: Path, name: str) -> None:
    """If red, a second start on a machine ends in a traceback that helps nobody."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        ports = {"PORT": process.free_port(), "METRICS_PORT": process.free_port(), name: busy}
        done = process.run(
            [sys.executable, str(EMBEDDED)], timeout=60, env=environment(tmp_path, ports["PORT"], ports["METRICS_PORT"])
        )
    assert done.code == 1, f"started on a busy port:\n{done.output}"
    assert f"port {busy} cannot be used" in done.output, done.output
    assert f"make run {name}=" in done.output, f"no way out is named: {done.output}"


def test_a_port_that_is_none_is_named(tmp_path: Path) -> None:
    """If red, a typing mistake ends in a traceback."""
    done = process.run(
        [sys.executable, str(EMBEDDED)], timeout=60, env={**environment(tmp_path, 1, 2), "PORT": "eight thousand"}
    )
    assert "PORT=eight thousand is no port number" in done.output, json.dumps(done.output)
