"""A cluster in a folder: a kubectl that answers from files, and what it was asked."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from testkit.kube.kubectl import Kubectl, Object
from tests.unit.testkit.kube.fake_kubectl import FakeKubectl

PROGRAM = Path(__file__).with_name("fake_kubectl.py")


class _Within(Kubectl):
    """Has the fake answer in this process, and all else as it is."""

    def _finish(self, command: Sequence[str], text: str, timeout: float) -> "subprocess.CompletedProcess[str]":
        said = FakeKubectl(self.binary.parent, list(command[1:]), text).answer()
        return subprocess.CompletedProcess(list(command), said.code, said.out, said.err)


class FakeCluster:
    """What kubectl answers, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubectl: Kubectl = _Within(folder / "kubectl", folder / "kubeconfig", "shop")

    def program(self) -> Kubectl:
        """Return a kubectl that is really started."""
        program = self.folder / "kubectl"
        program.write_text(f"#!{sys.executable} -IS\n{PROGRAM.read_text()}")
        program.chmod(0o755)
        return Kubectl(program, self.folder / "kubeconfig", "shop")

    def has(self, *objects: "Object | list[Object]") -> None:
        """Put objects into it; a list is the states of one object, told one after the other."""
        known = self.objects()
        for entry in objects:
            one = entry[0] if isinstance(entry, list) else entry
            known[f"{one['kind'].lower()}/{one['metadata']['name']}"] = entry
        (self.folder / "objects.json").write_text(json.dumps(known))

    def objects(self) -> dict[str, Any]:
        """Return its objects by "kind/name"."""
        file = self.folder / "objects.json"
        return dict(json.loads(file.read_text())) if file.exists() else {}

    def answers(self, pattern: str, **answer: Any) -> None:
        """Have it answer `out`, `err`, `code` after `seconds` to commands in which the pattern is found."""
        file = self.folder / "answers.json"
        known = json.loads(file.read_text()) if file.exists() else []
        file.write_text(json.dumps([[pattern, answer], *known]))

    def ends(self, pattern: str, kind: str, **status: Any) -> None:
        """Have objects of a kind in which the pattern is found get this status when they are applied."""
        file = self.folder / "outcomes.json"
        known = json.loads(file.read_text()) if file.exists() else []
        file.write_text(json.dumps([[pattern, kind, status], *known]))

    def calls(self, word: str = "") -> list[dict[str, Any]]:
        """Return its calls, with `args` and `input`; only those with this word."""
        file = self.folder / "calls.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [call for line in lines if word in (call := json.loads(line))["args"] or not word]
