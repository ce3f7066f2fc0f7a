"""The few calls of Terraform that a review needs."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from testkit import process
from testkit.plan_review.binary import Sealed, State
from testkit.terraform.cli import TerraformFailed, explained

# A plan of a large account asks for some thousand objects.
_PLAN_TIMEOUT = 1800
_QUICK = 120
# Seconds in which an interrupted plan gives its lock back.
_GRACE = 60


@dataclass(frozen=True)
class Terraform:
    """Terraform in the folder of a root module.

    env: its whole environment.
    """

    folder: Path
    program: str = "terraform"
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def init(self, *arguments: str) -> None:
        """Fetch providers and modules, and open the backend."""
        self._run("init", "-input=false", "-no-color", *arguments)

    def plan(self, out: Path, arguments: Sequence[str] = ()) -> str:
        """Write a plan that only its owner can read; return what Terraform said.

        Raises TerraformFailed. The file may then be there all the same: an errored plan.
        """
        out.parent.mkdir(parents=True, exist_ok=True)
        out.unlink(missing_ok=True)
        # Terraform writes into a file that is there, and leaves its mode as it is.
        out.touch(mode=0o600, exist_ok=False)
        try:
            return self._run("plan", "-input=false", "-no-color", f"-out={out.resolve()}", *arguments)
        finally:
            if not out.stat().st_size:
                out.unlink()

    def show(self, plan: Sealed) -> str:
        """Return the JSON of exactly this plan; it holds secrets, and is kept in memory only."""
        return self._read(["show", "-json", plan.path], plan.fd)

    def state(self) -> State:
        """Return which state there is now."""
        text = self._read(["state", "pull"])
        state = json.loads(text) if text.strip() else {}
        return State(str(state.get("lineage", "")), int(state.get("serial", 0)))

    def apply(self, plan: Sealed) -> int:
        """Apply exactly this plan, its output going where ours goes; return the exit code.

        Ctrl-C and SIGTERM are left to Terraform, which finishes what it is at and writes the state.
        """
        command = self._command("apply", "-input=false", plan.path)
        with subprocess.Popen(command, env=self._environment, pass_fds=[plan.fd]) as child:  # noqa: S603  our own call

            def hand_on(number: int, _frame: FrameType | None) -> None:
                child.send_signal(number)

            before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                return child.wait()
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    @property
    def _environment(self) -> dict[str, str]:
        # Words that a person has set for the own terminal would change what is read here.
        kept = {name: value for name, value in self.env.items() if not name.startswith("TF_CLI_ARGS")}
        return kept | {"TF_IN_AUTOMATION": "1"}

    def _command(self, *arguments: str) -> list[str]:
        return [self.program, f"-chdir={self.folder}", *arguments]

    def _run(self, *arguments: str) -> str:
        command = self._command(*arguments)
        try:
            done = process.run(command, timeout=_PLAN_TIMEOUT, grace=_GRACE, env=self._environment)
        except process.ProcessError as error:
            raise TerraformFailed(str(error)) from None
        if done.code:
            raise TerraformFailed(f"terraform {arguments[0]} in {self.folder} failed:\n{explained(done.output)}")
        return done.output

    def _read(self, arguments: Sequence[str], *fds: int) -> str:
        if shutil.which(self.program) is None:
            raise TerraformFailed(f"{self.program} is not installed, or not on PATH")
        done = subprocess.run(  # noqa: S603  our own call; its errors must not get between the JSON
            self._command(*arguments),
            env=self._environment,
            pass_fds=fds,
            capture_output=True,
            text=True,
            timeout=_QUICK,
            check=False,
        )
        if done.returncode:
            raise TerraformFailed(f"terraform {arguments[0]} in {self.folder} failed:\n{explained(done.stderr)}")
        return done.stdout
