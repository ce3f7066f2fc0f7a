"""Both ways to ask: how each is started, and what it says of what failed.

Each is copied to where a run may write. What it compiles goes into a folder of the run's own, so that a cold run is one
that nobody has prepared, and the caches of whoever measures stay as they are.
"""

import re
import resource
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan_checks import lines
from testkit import junit, process
from testkit.process import Finished
from testkit.terraform import cli

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# Seconds; a cold Go build compiles some three hundred packages, on two cores that others may use.
PATIENCE = 900


class NotToBeHad(LookupError):
    """A contender cannot run on this machine; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What one run took on the clock and of processors, and the message of each question that failed, by its name."""

    seconds: float
    cpu: float
    failures: Mapping[str, str]


class Contender:
    """One way to ask. `folder` holds a copy of its tests, `tree` the code that they plan.

    question: how one begins. statement: a harmless line.
    """

    title: str
    tests: str
    question: str
    statement: str

    def __init__(self, scratch: Path, tree: Path) -> None:
        self.folder = scratch / "tests"
        self._cache = scratch / "compiled"
        shutil.copytree(HERE / Path(self.tests).parent, self.folder)
        kept = cli.environment(scratch).items()
        self._env = {name: value for name, value in kept if not name.startswith(("PYTEST_", "PYTHONDONT"))}
        self._env["PLAN_CHECKS_TREE"] = str(tree)

    @property
    def lines(self) -> int:
        """How many lines of code the questions take."""
        return lines.count(HERE / self.tests)

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return len(re.findall(self.question, (HERE / self.tests).read_text(), re.MULTILINE))

    def ask(self) -> Answer:
        """Ask all questions. Raises SystemExit when the run ended without answering."""
        before = processors()
        done = self._run()
        return Answer(done.seconds, processors() - before, self._failures(done))

    def _run(self) -> Finished:
        raise NotImplementedError

    def _failures(self, done: Finished) -> Mapping[str, str]:
        raise NotImplementedError

    def forget(self) -> None:
        """Be cold again: nothing is compiled."""
        shutil.rmtree(self._cache, ignore_errors=True)

    def change_a_line(self, number: int) -> None:
        """Change the tests as a person does who works on them."""
        file = self.folder / Path(self.tests).name
        file.write_text(f"{file.read_text()}\n{self.statement.format(number=number)}\n")


class Terratest(Contender):
    """Terratest: `go test`, which compiles, links and runs."""

    title = "Terratest"
    tests = "with_terratest/network_test.go"
    question = r"^func \w+\(t \*testing.T, plan \*terraform.PlanStruct\) {$"
    statement = "var change{number} = {number}"

    def __init__(self, scratch: Path, tree: Path) -> None:
        super().__init__(scratch, tree)
        self._env["GOCACHE"] = str(self._cache)

    def fetch(self) -> None:
        """Download what it needs, which no run is to wait for. Raises NotToBeHad."""
        try:
            done = process.run(
                ["go", "list", "-deps", "-test", "./..."], timeout=PATIENCE, cwd=self.folder, env=self._env
            )
        except process.ProcessError as error:
            raise NotToBeHad(str(error)) from None
        if done.code:
            raise NotToBeHad(f"go could not fetch its modules:\n{done.output[-1000:].strip()}")

    def _run(self) -> Finished:
        return process.run(["go", "test", "-count=1", "./..."], timeout=PATIENCE, cwd=self.folder, env=self._env)

    def _failures(self, done: Finished) -> Mapping[str, str]:
        failures = _blocks(done.output)
        if done.code and not failures:
            raise SystemExit(f"go test ended with code {done.code} and answered nothing:\n{done.output[-3000:]}")
        return failures


class Suite(Contender):
    """This suite: pytest with testkit."""

    title = "this suite"
    tests = "with_testkit/test_network.py"
    question = r"^def test_"
    statement = "CHANGE_{number} = {number}"

    def __init__(self, scratch: Path, tree: Path) -> None:
        super().__init__(scratch, tree)
        self._env["PYTHONPYCACHEPREFIX"] = str(self._cache)
        self._report = scratch / "junit.xml"

    def _run(self) -> Finished:
        options = ["-q", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", f"--junitxml={self._report}"]
        command = [sys.executable, "-m", "pytest", *options, str(self.folder)]
        return process.run(command, timeout=PATIENCE, cwd=ROOT, env=self._env)

    def _failures(self, done: Finished) -> Mapping[str, str]:
        if done.code not in {0, 1}:
            raise SystemExit(f"pytest ended with code {done.code} and answered nothing:\n{done.output[-3000:]}")
        failed = junit.read(self._report).of(junit.FAILED)
        return {case.nodeid.rpartition("::")[2]: case.message.removeprefix("AssertionError: ") for case in failed}


def processors() -> float:
    """Return the seconds of processors that all children took which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


_FAILED = re.compile(r"^ +--- FAIL: \w+/(\w+) ", re.MULTILINE)
# testify says each thing under a title of its own.
_TITLE = re.compile(r"^\s+\t([A-Z][A-Za-z ]+): *\t(.*)$")
_TOLD = {"Error", "Messages"}


def _blocks(output: str) -> dict[str, str]:
    """Return what go test says of each question that failed, without what is not about the plan."""
    _, *parts = _FAILED.split(output)
    return {name: "\n".join(_told(text)) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _told(text: str) -> Iterator[str]:
    """Leave out where it failed, in which test, and the difference of two values that stand there already."""
    title = ""
    for line in text.splitlines():
        found = _TITLE.match(line)
        ends = line.strip() == "Diff:" or not line.lstrip(" ").startswith("\t")
        title = found[1] if found else "" if ends else title
        words = (found[2] if found else line).strip()
        if words and title in _TOLD:
            yield words
