"""Run the catalogue: for each entry a fresh copy, the edit, the layer's commands, a verdict."""

import contextlib
import itertools
import os
import shutil
import sys
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from pathlib import Path

from testkit import process
from testkit.faults import copy, edits
from testkit.faults.catalogue import Entry
from testkit.faults.errors import EditError
from testkit.faults.layers import Layer
from testkit.faults.outcome import (
    INVALID,
    PYTEST_FOUND_NO_TESTS,
    Failure,
    Outcome,
    Result,
    failures_in,
    judge,
    result,
)
from testkit.faults.store import Store
from testkit.junit import what_pytest_said

STATE = Path(".strata/faults")

# A run inside another one must not inherit its plugins' options, its coverage, or the verbs' flags.
FOREIGN = ("PYTEST_", "COV_CORE_", "COVERAGE_", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")


GRACE = 60.0
"""Seconds for a test suite to tear down its containers or its cluster when it is stopped."""


class BaselineError(Exception):
    """The unchanged copy is red: no verdict would mean anything."""


class Runner:
    """Tries entries on copies of the working tree at `root`.

    tell: called with each line for the person who waits.
    keep: leave the copies where they are.
    """

    def __init__(self, root: Path, catalogue: Path, *, fresh: bool, keep: bool, tell: Callable[[str], None]) -> None:
        self.root = root
        self.tell = tell
        self._keep = keep
        self._copies = root / STATE / "copies"
        self._files = copy.files_of(root)
        tree = copy.digest(root, self._files, without=catalogue)
        self._store = Store(root / STATE / "results.json", tree, fresh=fresh)
        self._numbers = itertools.count(1)
        self._stopped = False
        copy.remove_leftovers(self._copies)

    def run(self, entries: Sequence[Entry], layers: dict[str, Layer], jobs: int | None) -> list[Result]:
        """Return the results of `entries`, in their order.

        jobs: copies side by side at most; None leaves it to each layer.

        Raises BaselineError when a layer is red without any edit.
        """
        done: dict[str, Result] = {}
        for layer in layers.values():
            wanted = [entry for entry in entries if entry.layer == layer.name]
            new = []
            for entry in wanted:
                kept = self._store.get(layer, entry)
                if kept is None:
                    new.append(entry)
                else:
                    done[entry.id] = Result(**kept)
            if len(new) < len(wanted):
                self.tell(f"{layer.name}: {len(wanted) - len(new)} known from before, nothing of them has changed")
            if new:
                self._check_unchanged(layer)
                progress = Progress(len(new), min(layer.jobs, jobs or layer.jobs))
                with contextlib.closing(self._side_by_side(layer, new, progress.jobs)) as results:
                    for finished in results:
                        done[finished.id] = finished
                        self.tell(progress.line(finished))
        return [done[entry.id] for entry in entries]

    def _check_unchanged(self, layer: Layer) -> None:
        if self._store.get(layer, None) == "green":
            return
        self.tell(f"{layer.name}: first the unchanged copy, which must be green …")
        outcome = self._on_copy("unchanged", layer, lambda _folder: None)
        if outcome.broken or outcome.failures:
            said = outcome.broken or "\n".join(f"{each.test}: {each.message}" for each in outcome.failures)
            raise BaselineError(f"{layer.name} is red without any edit, so no verdict would mean anything:\n{said}")
        self.tell(f"{layer.name}: the unchanged copy is green, after {outcome.seconds:.1f} s")
        self._store.put(layer, None, "green")

    def _side_by_side(self, layer: Layer, entries: Sequence[Entry], jobs: int) -> Generator[Result, None, None]:
        with ThreadPoolExecutor(jobs) as pool:
            futures = {pool.submit(self._try, layer, entry): entry for entry in entries}
            try:
                for future in as_completed(futures):
                    self._store.put(layer, futures[future], future.result().as_data())
                    yield future.result()
            except BaseException:
                self._stop(futures)
                raise

    def _stop(self, futures: "dict[Future[Result], Entry]") -> None:
        """End the threads: what has not begun is cancelled, and children are stopped until no thread starts another."""
        self._stopped = True
        for future in futures:
            future.cancel()
        while wait(futures, timeout=0.1).not_done:
            process.stop_all()

    def _try(self, layer: Layer, entry: Entry) -> Result:
        def change(folder: Path) -> None:
            edits.apply_all(folder, entry.file, entry.edits, must_mean_something=entry.is_fault)

        try:
            return judge(entry, self._on_copy(entry.id, layer, change))
        except EditError as error:
            return result(entry, INVALID, line=str(error))

    def _on_copy(self, name: str, layer: Layer, change: Callable[[Path], None]) -> Outcome:
        folder = self._copies / f"{os.getpid()}-{next(self._numbers)}-{name}"
        try:
            copy.make(self.root, self._files, folder)
            change(folder)
            return self._outcome(layer, folder)
        finally:
            if not self._keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _outcome(self, layer: Layer, folder: Path) -> Outcome:
        junit = folder / ".strata" / "junit.xml"
        junit.parent.mkdir(exist_ok=True)
        begin = time.monotonic()
        for command in layer.filled(sys.executable, junit):
            remaining = layer.limit - (time.monotonic() - begin)
            if self._stopped:
                raise KeyboardInterrupt
            try:
                done = process.run(command, timeout=remaining, grace=GRACE, cwd=folder, env=_environment(layer, folder))
            except process.ProcessTimeout:
                message = f"no end within the limit of {layer.limit:g} s"
                return Outcome(time.monotonic() - begin, (Failure(_shown(command), message),))
            except process.ProcessError as error:
                return Outcome(time.monotonic() - begin, broken=str(error))
            if done.code != 0:
                return _red(done, junit, time.monotonic() - begin)
        return Outcome(time.monotonic() - begin)


class Progress:
    """Numbers the results and estimates when the last one comes."""

    def __init__(self, total: int, jobs: int) -> None:
        self.total = total
        self.jobs = jobs
        self._done = 0
        self._begin = time.monotonic()

    def line(self, each: Result) -> str:
        """Return the line for the next result."""
        self._done += 1
        left = (time.monotonic() - self._begin) / self._done * (self.total - self._done)
        rest = f"  ({_duration(left)} left)" if self._done < self.total else ""
        said = ": ".join(part for part in (each.test, each.line) if part)
        number = f"[{self._done:>{len(str(self.total))}}/{self.total}]"
        return f"{number} {each.verdict:<11} {each.id}  {each.seconds:.1f} s  {said}".rstrip() + rest


def _red(done: process.Finished, junit: Path, seconds: float) -> Outcome:
    failures = failures_in(junit)
    if failures:
        return Outcome(seconds, failures)
    if done.code == PYTEST_FOUND_NO_TESTS and "pytest" in done.command:
        return Outcome(seconds, broken="pytest found no tests to run")
    return Outcome(seconds, (Failure(_shown(done.command), what_pytest_said(done.output)),))


def _shown(command: Sequence[str]) -> str:
    return " ".join(Path(word).name if word == sys.executable else word for word in command)


def _environment(layer: Layer, folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    # First, so that the copy's modules win over those of an editable install.
    modules = os.pathsep.join(filter(None, [str(folder), inherited.get("PYTHONPATH")]))
    # The tools beside the interpreter, whether or not its environment is activated.
    programs = os.pathsep.join(filter(None, [str(Path(sys.executable).parent), inherited.get("PATH")]))
    return {**inherited, "PYTHONPATH": modules, "PATH": programs, **layer.environment}


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
