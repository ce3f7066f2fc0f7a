"""Does a run of this layer leave anything on the engine: at its end, after Ctrl-C, after SIGTERM, after kill -9?

Each test runs a small suite of its own, which starts a container and a network as this layer does.
"""

import os
import signal
import sys
from pathlib import Path

import pytest

from testkit import containers, leaks, process, wait
from tests.container.conftest import chosen
from tests.container.support.names import ROOT

LABEL = "strata.selftest"

SUITE = """
import os, time, pytest
from testkit import containers, leaks

RUN = containers.Run("strata.selftest", containers.new_id())

@pytest.fixture(scope="session")
def run():
    print("run", RUN.id, flush=True)
    with leaks.gate(RUN):
        yield RUN

@pytest.fixture(scope="session")
def store(run):
    network = containers.engine().networks.create(f"selftest-{run.id}", labels=run.labels)
    ready = containers.logged("Ready to accept")
    with containers.start(os.environ["IMAGE"], run=run, network=network.name, ready=ready) as it:
        yield it
    if os.environ["TIDY"]:
        network.remove()

def test_it(store):
    print("started", flush=True)
    time.sleep(float(os.environ["SECONDS"]))
"""


def suite(folder: Path, *, seconds: float, tidy: bool = True) -> process.Child:
    """Start the small suite; its test takes so many seconds, and its network is removed if it is tidy."""
    (folder / "test_it.py").write_text(SUITE)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    env |= {"IMAGE": chosen("REDIS_IMAGE"), "SECONDS": str(seconds), "TIDY": "yes" if tidy else ""}
    command = [sys.executable, "-m", "pytest", "-s", "-p", "testkit.plugin", "-p", "no:cacheprovider", "test_it.py"]
    return process.start(command, cwd=folder, env=env)


def left(child: process.Child) -> list[str]:
    """Return what of the child's run is on the engine."""
    words = child.output().split()
    run_id = words[words.index("run") + 1]
    return [str(leftover) for leftover in leaks.snapshot([f"{LABEL}={run_id}"])]


def wait_until_it_runs(child: process.Child) -> None:
    wait.until(
        lambda: "started" in child.output() or wait.NotYet(child.tail()),
        timeout=30,
        every=0.05,
        why="the small suite to start its container",
    )
    assert len(left(child)) == 2, f"a container and a network were to be found: {left(child)}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Red: each cancelled job leaves its containers on the CI server, until there is no memory for the next one."""
    with suite(tmp_path, seconds=60) as child:
        wait_until_it_runs(child)
        child.signal(number)
        child.wait(timeout=30)
        assert not left(child), f"left after {number.name}: {left(child)}; {child.tail()}"


def test_a_run_that_forgets_something_fails_and_names_it(tmp_path: Path) -> None:
    """Red: a test that does not clean up stays green for ever."""
    with suite(tmp_path, seconds=0, tidy=False) as child:
        code = child.wait(timeout=30)
        assert code == 1, f"the run ended with code {code} although it left its network behind; {child.tail()}"
        assert "the run left 1 things behind (now removed): network selftest-" in child.output(), child.tail()
        assert not left(child), f"named and not removed: {left(child)}"


def test_the_next_run_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    """Red: what a run leaves that was killed with -9, which nobody can clean up after, stays for ever."""
    with suite(tmp_path, seconds=60) as killed:
        wait_until_it_runs(killed)
        killed.kill()
    assert left(killed), "the container of a killed run is gone by itself: this test would prove nothing"
    with leaks.gate(containers.Run(LABEL, containers.new_id())):
        assert not left(killed), f"still there in the next run: {left(killed)}"
