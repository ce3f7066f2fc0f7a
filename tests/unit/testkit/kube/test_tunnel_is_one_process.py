"""Is a tunnel there when it is said to be, gone afterwards, and clear about why there is none?"""

import os
import socket
import sys
from pathlib import Path

import pytest

from testkit.kube.kubectl import Kubectl
from testkit.kube.port_forward import PortForwardFailed, port_forward
from testkit.wait import until

PROGRAM = """#!{python} -IS
import os, pathlib, socket, sys, time
with open({folder!r} + "/pids", "a") as pids:
    print(os.getpid(), *sys.argv[1:], file=pids)
{begin}
listener = socket.create_server(("127.0.0.1", 0))
print(f"Forwarding from 127.0.0.1:{{listener.getsockname()[1]}} -> 8000", flush=True)
listener.accept()
{then}
"""


def kubectl(folder: Path, begin: str = "", then: str = "time.sleep(60)") -> Kubectl:
    """Return one that listens, and does something before it and after the first connection."""
    program = folder / "kubectl"
    program.write_text(PROGRAM.format(python=sys.executable, folder=str(folder), begin=begin, then=then))
    program.chmod(0o755)
    return Kubectl(program, folder / "kubeconfig", "shop")


def started(folder: Path) -> list[list[str]]:
    return [line.split() for line in (folder / "pids").read_text().splitlines()]


def test_it_listens_inside_and_is_gone_outside(tmp_path: Path) -> None:
    """Otherwise the first request is refused, or each test leaves a process behind (pytest-kind starts ten)."""
    with port_forward(kubectl(tmp_path), "svc/web", 8000) as port:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        [[pid, *arguments]] = started(tmp_path)
        assert arguments[-3:] == ["--address=127.0.0.1", "svc/web", ":8000"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_a_target_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """Otherwise it looks like a server that does not answer."""
    missing = kubectl(tmp_path, begin="""sys.exit('Error from server (NotFound): services "web" not found')""")
    with pytest.raises(PortForwardFailed, match=r"(?s)no tunnel to svc/web, port 8000.*NotFound"):
        port_forward(missing, "svc/web", 8000).__enter__()


@pytest.mark.first
def test_a_tunnel_that_does_not_open_is_given_up(tmp_path: Path) -> None:
    """Otherwise a stuck API server holds the test for ever."""
    stuck = kubectl(tmp_path, begin="print('dialling', flush=True); time.sleep(60)")
    with pytest.raises(PortForwardFailed, match=r"(?s)in vain for a tunnel to svc/web.*dialling"):
        port_forward(stuck, "svc/web", 8000, timeout=1).__enter__()


def test_a_tunnel_that_broke_is_named_in_the_failure(tmp_path: Path) -> None:
    """Otherwise a pod that was replaced shows as a refused connection."""
    breaking = kubectl(tmp_path, then="sys.exit('error: lost connection to pod')")

    def use() -> None:
        with port_forward(breaking, "svc/web", 8000) as port:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            [[pid, *_]] = started(tmp_path)
            stat = Path(f"/proc/{pid}/stat")
            until(lambda: ") Z" in stat.read_text(), 10, every=0.02, why="the tunnel to break")
            raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError) as raised:
        use()
    assert any("lost connection to pod" in note for note in raised.value.__notes__)
