"""Load from wrk, and what it did to the server: requests a second, latencies, processor time."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.stand import PATIENCE, PROXY_HEADERS
from testkit import process

# Twice the server's threads: it always has work, and its queue stays short enough for latencies to mean something.
CONNECTIONS = 8


class Server(Protocol):
    """What is loaded: its processes are those below `pid`, and `tail` is the end of its log."""

    @property
    def pid(self) -> int: ...

    def tail(self) -> str: ...


@dataclass(frozen=True)
class Pages:
    """What to ask for: path -> Location (empty where 200 is expected), and how far the last run came."""

    expected: Mapping[str, str]
    file: Path

    @classmethod
    def write(cls, expected: Mapping[str, str], file: Path) -> "Pages":
        file.write_text("".join(f"{path}\t{location}\n" for path, location in expected.items()))
        return cls(expected, file)


@dataclass(frozen=True)
class Measured:
    """One run: answers in `seconds`, latencies in milliseconds, processor time of the server in microseconds each."""

    answers: int
    seconds: float
    p50: float
    p99: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def run(origin: str, pages: Pages, server: Server, *, first: int, seconds: float, core: int) -> Measured:
    """Loads `origin` for `seconds` from `core`, and looks at every answer.

    first: number of the page to begin with.

    Raises SystemExit when an answer was wrong or missing.
    """
    headers = [part for name, value in PROXY_HEADERS.items() for part in ("-H", f"{name}: {value}")]
    script = ["-s", str(Path(__file__).with_name("load.lua"))]
    size = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{max(1, round(seconds))}s"]
    before = _cpu_seconds(server.pid)
    done = process.run(
        ["taskset", "-c", str(core), "wrk", *size, *headers, *script, origin, "--", str(pages.file), str(first)],
        timeout=seconds + PATIENCE,
    )
    spent = _cpu_seconds(server.pid) - before
    if done.code:
        raise SystemExit(f"wrk ended with code {done.code}:\n{done.output}")
    seen = json.loads(done.output.splitlines()[-1])
    if seen["wrong"] or seen["broken"] or not seen["right"]:
        raise SystemExit(
            f"{origin}: {seen['wrong']} wrong answers (one of them: {seen['example']}) and {seen['broken']} failed "
            f"connections beside {seen['right']} right ones"
            + (f"; the server: {server.tail()}" if seen["broken"] else "")
        )
    answers = seen["right"]
    return Measured(answers, seen["seconds"], seen["p50"] / 1e3, seen["p99"] / 1e3, spent / answers * 1e6)


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process and all its descendants so far, from proc_pid_stat(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (user + system) / os.sysconf("SC_CLK_TCK") + sum(_cpu_seconds(int(child)) for child in children)
