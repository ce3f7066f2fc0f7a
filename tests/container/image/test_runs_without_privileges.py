"""What may the running server do, and what runs at all? Asked with Testinfra, inside a hardened container."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

APP_USER = 10001

# One look at /proc: the image has no ps and no ss, and needs none.
_PROCESSES = """
import json, pathlib
found = []
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        words = (folder / "cmdline").read_text().split(chr(0))
    except OSError:
        continue
    found.append([int(folder.name), int(status["PPid"]), int(status["Uid"].split()[0]), " ".join(words).strip()])
print(json.dumps(found))
"""

# State of a listening socket in /proc/net/tcp; proc_net_tcp(5).
_LISTEN = "0A"
# Docker's own name server listens in the container's network namespace.
_ENGINES_DNS = "0B00007F"


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    uid: int
    command: str

    def __str__(self) -> str:
        return f"{self.pid} (child of {self.parent}, user {self.uid}): {self.command}"


@pytest.fixture(scope="module")
def processes(host: Any) -> list[Process]:
    """What runs in the container, except the look itself."""
    found = [Process(*fields) for fields in json.loads(host.check_output(f"python -c '{_PROCESSES}'"))]
    return [process for process in found if "/proc" not in process.command]


def test_the_user_is_nobody_special(host: Any) -> None:
    """Red: a break-in starts with more than the app needs."""
    user = host.check_output("id -u")
    assert user == str(APP_USER), f"the app runs as user {user}, not as {APP_USER}: see USER in the Dockerfile"
    assert host.check_output("id -G") == str(APP_USER), "the app's user is in groups that it does not need"


def test_pid_1_is_the_server(processes: list[Process]) -> None:
    """Red: something stands between the engine's SIGTERM and gunicorn, and swallows it."""
    first = next(process for process in processes if process.pid == 1)
    assert re.search(r"gunicorn", first.command), f"PID 1 is {first}"
    assert not re.match(r"(/bin/)?(ba)?sh ", first.command), f"PID 1 is a shell: {first}"


def test_workers_are_the_servers_children(processes: list[Process]) -> None:
    """Red: there is one process only, or something runs beside the server."""
    listed = "\n".join(map(str, processes))
    others = [process for process in processes if process.pid != 1]
    assert len(others) >= 2, f"expected gunicorn's workers below PID 1:\n{listed}"
    strangers = [process for process in others if process.parent != 1 or "gunicorn" not in process.command]
    assert not strangers, f"not a worker of PID 1: {strangers[0]}\n{listed}"


def test_nothing_runs_as_root(processes: list[Process]) -> None:
    """Red: a break-in into that process owns the container."""
    as_root = [process for process in processes if process.uid == 0]
    assert not as_root, "\n".join(["runs as root:", *map(str, as_root)])


def test_no_capability_is_left(host: Any) -> None:
    """Red: the server needs something that production's policy takes away."""
    status = dict(
        line.split(":\t", 1) for line in host.file("/proc/1/status").content_string.splitlines() if ":\t" in line
    )
    for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, f"{name} of PID 1 is {status[name]}, although all capabilities are dropped"
    assert status["NoNewPrivs"] == "1", "no-new-privileges is off"


@pytest.mark.parametrize("folder", ["/app", "/venv", "/etc", "/secrets/app", "/var/tmp", "/run"])
def test_the_root_refuses_writes(host: Any, folder: str) -> None:
    """Red: what an attacker drops there survives until the next deployment."""
    answer = host.run(f"touch {folder}/written")
    assert answer.failed, f"{folder} can be written although the root is read-only"
    assert "read-only" in answer.stderr.lower(), f"{folder} refused for another reason: {answer.stderr}"


def test_tmp_can_be_written(host: Any) -> None:
    """Red: metrics of several workers, and uploads, have no place to go."""
    assert host.run("touch /tmp/written && rm /tmp/written").succeeded, "/tmp cannot be written"


def test_only_web_and_metrics_listen(host: Any) -> None:
    """Red: a debugger, a control socket or a second server can be reached by the pod's neighbours."""
    lines = host.check_output("cat /proc/net/tcp /proc/net/tcp6").splitlines()
    sockets = [line.split() for line in lines if "local_address" not in line]
    listening = {
        int(fields[1].rpartition(":")[2], 16)
        for fields in sockets
        if fields[3] == _LISTEN and not fields[1].startswith(_ENGINES_DNS)
    }
    assert listening == {8000, 8001}, f"listening on {sorted(listening)}; web is 8000 and metrics 8001"


def test_no_udp_port_is_open(host: Any) -> None:
    """Red: as above."""
    lines = host.check_output("cat /proc/net/udp /proc/net/udp6").splitlines()
    open_ports = [line.split()[1] for line in lines if "local_address" not in line]
    assert all(address.startswith(_ENGINES_DNS) for address in open_ports), f"open UDP ports: {open_ports}"


def test_code_is_closed_to_the_app_as_it_runs(host: Any) -> None:
    """Red: modes are right in the image, and a mount or an umask undoes them."""
    for name in ("/app/manage.py", "/app/config/settings.py", "/venv/bin/gunicorn"):
        file = host.file(name)
        assert (file.user, file.group) == ("root", "root"), f"{name} belongs to {file.user}:{file.group}"
        assert file.mode & 0o022 == 0, f"{name} has mode {file.mode:o}"
