"""Is every child process gone when it is stopped, and when the one who started it dies?"""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from testkit import process, wait
from tests.unit.support.processes import is_running

SLEEPS = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]

DEAF = [
    sys.executable,
    "-S",
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]

WITH_GRANDCHILD = [
    sys.executable,
    "-S",
    "-c",
    "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)",
]

PARENT = """
import sys, time
from testkit import process
print(process.start(["sleep", "60"]).pid, flush=True)
{end}
"""


def must_vanish(pid: int, why: str) -> None:
    wait.until(lambda: not is_running(pid), timeout=60, every=0.01, why=why)


def test_leaving_the_with_block_ends_it() -> None:
    """Otherwise each run leaves a server behind, and the next one finds its port taken."""
    with process.start(SLEEPS) as child:
        assert child.code is None, f"it ended by itself, with {child.code}"

    assert child.code == -signal.SIGTERM, f"it must end by SIGTERM, and ended with {child.code}"


def test_one_that_ignores_sigterm_is_killed() -> None:
    """Otherwise a stuck server blocks the pipeline until the CI's own time-out."""
    with process.start(DEAF, ready=lambda: True, grace=0.1) as child:
        wait.until(lambda: "deaf" in child.output(), timeout=60, every=0.01, why="the child to ignore SIGTERM")

    assert child.code == -signal.SIGKILL, f"it must end by SIGKILL, and ended with {child.code}"


def test_kill_takes_the_whole_group() -> None:
    """Otherwise a power cut is tested on the master alone, while its workers go on answering."""
    with process.start(WITH_GRANDCHILD) as child:
        grandchild = int(wait.until(lambda: child.output().strip(), timeout=60, every=0.01, why="the grandchild"))
        code = child.kill()

    assert code == -signal.SIGKILL, f"it must end by SIGKILL, and ended with {code}"
    must_vanish(grandchild, why="the grandchild to be killed with its parent")


@pytest.mark.parametrize(
    ("end", "signals"),
    [
        ("sys.exit(0)", []),
        ("raise RuntimeError", []),
        ("time.sleep(60)", [signal.SIGINT]),
        ("time.sleep(60)", [signal.SIGTERM]),
        ("time.sleep(60)", [signal.SIGKILL]),
    ],
    ids=["exit", "error", "ctrl-c", "sigterm", "kill -9"],
)
def test_it_dies_with_its_parent(end: str, signals: list[signal.Signals]) -> None:
    """Otherwise a cancelled CI job leaves servers on the agent until somebody logs in and looks."""
    with process.hearing_ctrl_c():
        parent = subprocess.Popen(
            [sys.executable, "-S", "-c", PARENT.format(end=end)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(Path(process.__file__).parents[1])},
        )
    assert parent.stdout is not None
    with parent, parent.stdout:
        child = int(parent.stdout.readline())
        for number in signals:
            parent.send_signal(number)
        parent.wait(timeout=60)

    must_vanish(child, why=f"the child {child} to die with its parent")


def test_a_command_that_takes_too_long_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise one hanging command holds up a whole catalogue of faults."""
    file = tmp_path / "pid"
    pids: list[int] = []
    real_wait = process.Child.wait

    def wait_once_it_runs(child: process.Child, timeout: float) -> int:
        found = wait.until(lambda: file.exists() and file.read_text().strip(), 10, 0.01, "the command to begin")
        pids.append(int(found))
        return real_wait(child, timeout)

    monkeypatch.setattr(process.Child, "wait", wait_once_it_runs)
    with pytest.raises(process.ProcessTimeout, match=r"still ran after 0\.05 s"):
        process.run(["sh", "-c", f"echo $$ > {file}; sleep 60"], timeout=0.05)

    must_vanish(pids[0], why="the command to be killed at its time limit")


def test_a_child_hears_ctrl_c_even_where_we_do_not() -> None:
    """Otherwise a run that was started in a shell's background cannot stop what it has started."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with process.start([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]) as child:
            wait.until(lambda: "up" in child.output(), timeout=60, every=0.01, why="the child to be there")
            child.signal(signal.SIGINT)
            assert child.wait(timeout=30) == -signal.SIGINT
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN, "starting a child made this process hear Ctrl-C"
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_end_is_noticed_without_looking_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each command takes up to 50 ms longer, and a layer runs hundreds of them."""
    looks: list[float] = []
    monkeypatch.setattr(time, "sleep", looks.append)
    assert process.run(["sleep", "0.1"], timeout=60).code == 0
    times = len(looks)
    assert times == 0, f"it was looked for {times} times, with pauses in between"


def test_a_kernel_that_does_not_tell_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise no command runs in a sandbox whose kernel has no pidfd_open."""

    def missing(pid: int) -> int:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", missing)
    assert process.run(["sleep", "0.1"], timeout=60).code == 0
    with pytest.raises(process.ProcessTimeout):
        process.run(["sleep", "60"], timeout=0.1)
