"""The JVM that runs builds: started once, asked over stdin and stdout, gone with whoever started it.

    with Runner.start() as runner:
        assert runner.check(text) is None       # or what is wrong with it, with the lines
        build = runner.run(scenario, folder)

A build that is interrupted by Ctrl-C is aborted as in Jenkins: its command gets SIGTERM, its post conditions run, and
the interrupt goes on when it has ended.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

from testkit.pipeline import classpath
from testkit.pipeline.build import Build, Event
from testkit.pipeline.scenario import Scenario

Say = Callable[[str], None]
Hear = Callable[[Event], None]

# From the end of stdin to the end of the JVM: as long as a real command may take to stop, and some.
_STOPS_WITHIN = 70


class RunnerDied(RuntimeError):
    """The JVM ended in the middle of a build; the message carries what it said."""


class Runner:
    """A running JVM; made by `start`."""

    def __init__(self, jvm: "subprocess.Popen[str]", errors: IO[bytes]) -> None:
        self._jvm = jvm
        self._errors = errors

    @classmethod
    def start(cls) -> Self:
        """Start the JVM; the first time ever its parts are fetched and compiled. Raises NoRunner."""
        command = [*classpath.JAVA, "-Dfile.encoding=UTF-8", "-cp", classpath.ready(), "Main"]
        errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the JVM
        # A session of its own: Ctrl-C is ours to hand on. It ends by itself when its stdin does.
        jvm = subprocess.Popen(  # noqa: S603  # fixed words
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
        return cls(jvm, errors)

    def check(self, text: str) -> str | None:
        """Return what is wrong with a Jenkinsfile, or None."""
        end = self._ask({"op": "check", "text": text, "folder": tempfile.gettempdir()}, _Listener())
        error: str | None = end["error"]
        return error

    def run(self, scenario: Scenario, folder: Path, *, say: Say = lambda _: None, hear: Hear = lambda _: None) -> Build:
        """Run a build to its end.

        folder: for its workspaces and its archive; must be empty.
        say: is called with each line of the log.
        hear: is called with each event as it happens.
        """
        listener = _Listener(say, hear)
        request = {"op": "run", **scenario.request(folder)}
        try:
            end = self._ask(request, listener)
        except KeyboardInterrupt:
            self._send({"op": "abort"})
            self._until_the_end(listener)
            raise
        return Build(end["result"], end["error"], "\n".join(listener.log), listener.events, folder / "archive")

    def close(self) -> None:
        """End the JVM, and whatever it runs."""
        if self._jvm.stdin and not self._jvm.stdin.closed:
            self._jvm.stdin.close()
        try:
            self._jvm.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self._jvm.kill()
            self._jvm.wait()
        if self._jvm.stdout:
            self._jvm.stdout.close()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict[str, Any], listener: "_Listener") -> dict[str, Any]:
        self._send(request)
        return self._until_the_end(listener)

    def _send(self, request: dict[str, Any]) -> None:
        assert self._jvm.stdin is not None  # noqa: S101  # it is a pipe
        self._jvm.stdin.write(json.dumps(request) + "\n")
        self._jvm.stdin.flush()

    def _until_the_end(self, listener: "_Listener") -> dict[str, Any]:
        assert self._jvm.stdout is not None  # noqa: S101  # it is a pipe
        for line in self._jvm.stdout:
            answer: dict[str, Any] = json.loads(line)
            if "end" not in answer:
                listener.take(answer)
            else:
                end: dict[str, Any] = answer["end"]
                if end["result"] == "BROKEN":
                    raise RunnerDied(f"a fault of the runner itself: {end['error']}")
                return end
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        raise RunnerDied(f"the runner ended with code {self._jvm.wait()} in the middle of a build: {said[:2000]}")


class _Listener:
    """Keeps what the JVM tells of a build, and hands it on."""

    def __init__(self, say: Say = lambda _: None, hear: Hear = lambda _: None) -> None:
        self.log: list[str] = []
        self.events: list[Event] = []
        self._say = say
        self._hear = hear

    def take(self, answer: dict[str, Any]) -> None:
        """Take a line of the log, or an event."""
        if "log" in answer:
            self.log.append(answer["log"])
            self._say(answer["log"])
        else:
            self.events.append(answer["event"])
            self._hear(answer["event"])
