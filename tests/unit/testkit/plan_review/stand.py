"""A root module with the stand-in for Terraform (`fake_terraform.py`), and the command line on it."""

import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from testkit.plan_review.__main__ import main

FAKE = Path(__file__).with_name("fake_terraform.py")


class Stand:
    """A folder with a root module, and what a person would do there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = folder / "production"
        (self.root / ".terraform").mkdir(parents=True)
        self.plan = folder / "given.tfplan"
        self.reports = folder / "reports"
        self.verdict_file = self.reports / "production" / "verdict.json"
        self._capsys = capsys
        self.program = folder / "terraform"
        self.program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {FAKE} "$@"\n')
        self.program.chmod(0o755)

    def write(self, document: Mapping[str, Any], plan: Path | None = None, serial: int = 7) -> None:
        """Write a binary plan, made now from the state with this serial."""
        made = {"timestamp": datetime.now(UTC).isoformat()} | {k: v for k, v in document.items() if k != "timestamp"}
        with zipfile.ZipFile(plan or self.plan, "w") as archive:
            archive.writestr("tfplan", json.dumps(made))
            archive.writestr("tfstate", json.dumps({"lineage": "a", "serial": serial}))
        if not (self.root / "state.json").exists():
            self.state(serial)

    def state(self, serial: int, lineage: str = "a") -> None:
        (self.root / "state.json").write_text(json.dumps({"lineage": lineage, "serial": serial}))

    def review(self, *arguments: str) -> tuple[int, str]:
        """Review the plan that was written."""
        return self.run("review", "--out", str(self.reports), "--plan", str(self.plan), *arguments)

    def gate(self, command: str, *arguments: str) -> tuple[int, str]:
        """`check` or `apply` the plan that was written, by the verdict of its review."""
        return self.run(command, "--plan", str(self.plan), "--verdict", str(self.verdict_file), *arguments)

    def run(self, command: str, *arguments: str) -> tuple[int, str]:
        """Run a command; return its exit code, and all that it printed."""
        code = main([command, "--chdir", str(self.root), "--terraform", str(self.program), *arguments])
        printed = self._capsys.readouterr()
        return code, printed.out + printed.err

    @property
    def verdict(self) -> dict[str, Any]:
        return dict(json.loads(self.verdict_file.read_text()))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.plan.read_bytes()).hexdigest()

    @property
    def applied(self) -> str:
        """The sha256 of what was applied, "" when nothing was."""
        file = self.root / "applied"
        return file.read_text() if file.exists() else ""

    @property
    def calls(self) -> list[str]:
        return (self.root / "calls").read_text().splitlines()
