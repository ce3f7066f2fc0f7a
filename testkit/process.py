"""Servers and commands as children that never outlive the test run.

    port = process.free_port()
    with process.start([sys.executable, "-m", "http.server", str(port)], ready=lambda: answers(port)) as server:
        ...
        server.kill()                       # the power cut: SIGKILL to the whole process group

    done = process.run(["manage.py", "check"], timeout=60)
    assert done.code == 0, done.output

A child gets a process group of its own, no stdin, and its output in a file; every error message carries the last
lines of it. It dies with whoever started it, in three ways: leaving the `with` block stops it; `atexit` kills what is
left; and where Python cannot clean up any more (SIGKILL, a crash), Linux itself sends the child a SIGKILL.
"""

import atexit
import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from testkit.wait import WaitTimeout, until

TAIL_LINES = 20
"""Lines of output that a message carries: a Python traceback fits, the reader's screen holds."""

LONGEST_COMMAND = 200
"""Characters of a command line that a message carries."""


class ProcessError(RuntimeError):
    """A child did not start, or did not become ready."""


class ProcessTimeout(ProcessError):
    """A child did not end in time."""


@dataclass(frozen=True)
class Finished:
    """A command that came to its end. `seconds` is wall-clock time; `output` is stdout and stderr as they came."""

    command: tuple[str, ...]
    code: int
    seconds: float
    output: str


class Child:
    """A running child; made by `start`."""

    def __init__(self, command: Sequence[str], log: IO[bytes], popen: "subprocess.Popen[bytes]", grace: float) -> None:
        self.command = tuple(command)
        self._log = log
        self._popen = popen
        self._grace = grace
        # The output outlives the process; its file is closed when nobody can ask for it any more.
        weakref.finalize(self, log.close)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def code(self) -> int | None:
        """The exit code, negative for a signal's number, None while the child runs."""
        return self._popen.poll()

    def output(self) -> str:
        """Return what the child has written so far, stdout and stderr as they came."""
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).decode(errors="replace")

    def tail(self) -> str:
        """Return the last lines of the output, for a message."""
        lines = self.output().splitlines()
        if not lines:
            return "it wrote nothing"
        return "\n  | ".join([f"its last {min(TAIL_LINES, len(lines))} lines:", *lines[-TAIL_LINES:]])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child itself, as an orchestrator does, not to its group."""
        self._popen.send_signal(number)

    def wait(self, timeout: float) -> int:
        """Wait `timeout` seconds at most for the end, and return the exit code.

        Raises ProcessTimeout when it goes on.
        """
        try:
            return self._end(timeout)
        except subprocess.TimeoutExpired:
            raise ProcessTimeout(f"{_show(self.command)} still ran after {timeout:g} s; {self.tail()}") from None

    def stop(self) -> int:
        """End the child by SIGTERM, after the grace time by SIGKILL; return its exit code."""
        if self._popen.poll() is None:
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._end(self._grace)
        return self.kill()

    def kill(self) -> int:
        """SIGKILL for the whole process group: no handler runs, no buffer is flushed. Return the exit code."""
        # The group is gone when its last member is: then there is nothing to do.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._popen.wait()
        _running.discard(self)
        return code

    def _end(self, timeout: float) -> int:
        if sys.platform == "linux":
            # Python looks again after up to 50 ms; the kernel tells the moment.
            with contextlib.suppress(OSError), _pidfd(self.pid) as process:
                watch = select.poll()
                watch.register(process, select.POLLIN)
                watch.poll(timeout * 1000)
                timeout = 0
        return self._popen.wait(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(  # noqa: PLR0913  # all but the command are optional, and given by name
    command: Sequence[str],
    *,
    ready: Callable[[], object] | None = None,
    timeout: float = 30,
    grace: float = 10,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    output: Path | None = None,
) -> Child:
    """Start `command`, wait until `ready` answers true, and return it; use the result in a `with` block.

    timeout: seconds until it must be ready.
    grace: seconds between SIGTERM and SIGKILL when it is stopped.
    env: its whole environment; None hands on our own.
    output: file that keeps its stdout and stderr; None keeps them for `output()` and messages only.

    Call it from a thread that lives at least as long as the child: Linux ties the child's life to that thread.
    Raises ProcessError when the command is missing, ends before it is ready, or is not ready in time.
    """
    if not _exists(command[0], cwd, os.environ if env is None else env):
        raise ProcessError(f"{command[0]} is not installed, or not on PATH; it was to run as: {_show(command)}")
    log = output.open("w+b") if output else tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
    with hearing_ctrl_c():
        popen = subprocess.Popen(  # noqa: S603  # to run any command is what this module is for
            [*_tied_to_us(), *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    child = Child(command, log, popen, grace)
    _running.add(child)
    if ready is not None:
        try:
            _wait_until_ready(child, ready, timeout)
        except BaseException:
            child.kill()
            raise
    return child


def run(
    command: Sequence[str],
    *,
    timeout: float,
    grace: float = 0,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run `command` to its end, whatever its exit code, for `timeout` seconds at most.

    grace: seconds between SIGTERM and SIGKILL when it takes longer, or when we are interrupted.

    Raises ProcessError when the command is missing, ProcessTimeout when it takes longer. Either way nothing of its
    process group is left.
    """
    begin = time.monotonic()
    child = start(command, grace=grace, cwd=cwd, env=env)
    try:
        code = child.wait(timeout)
    finally:
        child.stop()
    return Finished(child.command, code, time.monotonic() - begin, child.output())


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nothing listens at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def stop_all() -> None:
    """Stop every child that still runs: SIGTERM to all at once, then each has its grace time."""
    running = list(_running)
    for child in running:
        with contextlib.suppress(ProcessLookupError):
            child.signal(signal.SIGTERM)
    for child in running:
        child.stop()


def kill_all() -> None:
    """Kill every child that still runs, with its process group."""
    for child in list(_running):
        child.kill()


_running: set[Child] = set()
atexit.register(kill_all)


@contextlib.contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    """Open what becomes readable when the process ends: pidfd_open(2). OSError: it has, or the kernel has none."""
    process = os.pidfd_open(pid)
    try:
        yield process
    finally:
        os.close(process)


def _wait_until_ready(child: Child, ready: Callable[[], object], timeout: float) -> None:
    def probe() -> object:
        if child.code is not None:
            raise ProcessError(
                f"{_show(child.command)} ended with code {child.code} before it was ready; {child.tail()}"
            )
        return ready()

    try:
        until(probe, timeout, every=0.05, why=f"{_show(child.command)} to be ready")
    except WaitTimeout as error:
        raise ProcessError(f"{error}\n{child.tail()}") from None


@contextlib.contextmanager
def hearing_ctrl_c() -> Iterator[None]:
    """Start children that hear Ctrl-C: a shell starts what runs in its background deaf to it, which is inherited."""
    deaf = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if deaf:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _exists(program: str, cwd: Path | None, env: Mapping[str, str]) -> bool:
    if "/" in program:
        return os.access((cwd or Path()) / program, os.X_OK)
    return shutil.which(program, path=env.get("PATH")) is not None


def _tied_to_us() -> list[str]:
    """Return the command prefix that ties the child's life to ours: PR_SET_PDEATHSIG of prctl(2).

    It is set by a process in between, and not by `preexec_fn`, which may deadlock when other threads run.
    """
    if sys.platform != "linux":
        return []
    return [sys.executable, "-I", "-S", "-c", _TIE, str(os.getpid())]


_TIE = f"""
import ctypes, os, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, {signal.SIGKILL:d})
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone already")
os.execvp(sys.argv[2], sys.argv[2:])
"""


def _show(command: Sequence[str]) -> str:
    text = " ".join(command)
    return text if len(text) <= LONGEST_COMMAND else text[:LONGEST_COMMAND] + " …"
