"""When a session of this layer ends, or is ended, is its cluster gone with all that belongs to it?"""

import os
import signal
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from testkit import containers, process, wait
from testkit.kube.kind import NODE_LABEL
from tests.k8s.support.names import ROOT

# A session of its own, in this folder's conftest; the quickest question that needs a cluster.
QUESTION = "tests/k8s/accepted/test_the_server_takes_every_overlay.py::test_a_pod_that_asks_for_more_is_refused"

# Seconds until a node is there, until what was begun is removed, and for a whole session.
_BEGUN, _REMOVED, _SESSION = 90, 90, 300


def session() -> process.Child:
    """Start a session that makes a cluster for itself."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", QUESTION]
    return process.start(command, cwd=ROOT, env=env)


def left(child: process.Child, volumes: Iterable[str] = ()) -> list[str]:
    """Return what is there of the child's run: whatever bears its name, and these volumes, which have none."""
    engine, mine = containers.engine(), f"strata-{child.pid}-"
    things = [
        *engine.containers.list(all=True, ignore_removed=True),
        *engine.networks.list(),
        *engine.volumes.list(),
    ]
    found = [f"{type(one).__name__.lower()} {one.name}" for one in things if mine in one.name or one.name in volumes]
    return [*found, *(f"folder {path}" for path in (ROOT / ".strata" / "clusters").glob(f"{mine}*"))]


def wait_for_a_node(child: process.Child) -> set[str]:
    """Wait until the child's session has a node; return the volumes of it."""

    def made() -> Any:
        assert child.code is None, f"the session ended before it had a node; {child.tail()}"
        nodes = containers.engine().containers.list(filters={"label": NODE_LABEL, "name": f"strata-{child.pid}-"})
        return nodes or wait.NotYet(child.tail())

    (node,) = wait.until(made, _BEGUN, every=0.2, why="the session to start its node")
    return {mount["Name"] for mount in node.attrs["Mounts"] if mount["Type"] == "volume"}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_session_that_is_interrupted_removes_what_it_began(number: signal.Signals) -> None:
    """Red: each cancelled build leaves a Kubernetes on the CI server, until there is no memory for the next one."""
    with session() as child:
        volumes = wait_for_a_node(child)
        child.signal(number)
        child.wait(timeout=_REMOVED)
        assert not left(child, volumes), f"left after {number.name}: {left(child, volumes)}; {child.tail()}"


@pytest.mark.slow
def test_a_session_that_ends_removes_its_cluster() -> None:
    """Red: each green build leaves a Kubernetes on the CI server."""
    with session() as child:
        volumes = wait_for_a_node(child)
        code = child.wait(timeout=_SESSION)
        assert code == 0, f"the session ended with code {code}; {child.tail()}"
        assert not left(child, volumes), f"left after the session: {left(child, volumes)}; {child.tail()}"
