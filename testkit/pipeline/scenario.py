"""What a build is given: who starts it, where, and what its commands and people answer.

Scenario(
    text,
    environment={"BRANCH_NAME": "main"},
    commands=[Command("make test-unit", code=1, files={"reports/unit.xml": JUNIT})],
    inputs={"Approve": Answer("alice")},
)
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Command:
    """What a recorded `sh` answers when it is given this script; a script that no command has is "not found".

    files: text by path, written into the workspace.
    needs: paths that must be there, or the command fails with code 2 as `make` does.
    hangs: until a time-out ends it.
    aborts: a person aborts the build while it runs.
    """

    script: str
    code: int = 0
    output: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    needs: Sequence[str] = ()
    hangs: bool = False
    aborts: bool = False


@dataclass(frozen=True)
class Answer:
    """What a person says to an `input`: proceed, abort, or none at all."""

    user: str
    answer: str = "proceed"
    groups: Sequence[str] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


NOBODY = Answer("", "none")
"""Who never answers."""


@dataclass(frozen=True)
class Scenario:
    """One build.

    text: the Jenkinsfile.
    environment: BRANCH_NAME, CHANGE_ID, TAG_NAME, GIT_COMMIT and whatever else the controller sets.
    changes: the paths that differ from the last build.
    credentials: by id; a text, or a mapping with username and password.
    inputs: answers by stage; who is not named never answers.
    previous: the result of the build before.
    scm: files of a checkout as text by path, or a repository to clone from.
    commands: None runs every `sh` for real.
    others_real: a script that no command has runs for real, instead of being not found.
    """

    text: str
    environment: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[str] = ()
    credentials: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    inputs: Mapping[str, Answer] = field(default_factory=dict)
    previous: str | None = None
    scm: Mapping[str, str] | Path | None = None
    commands: Sequence[Command] | None = ()
    others_real: bool = False

    def request(self, folder: Path) -> dict[str, Any]:
        """Return what the server is asked."""
        asked: dict[str, Any] = {**asdict(self), "folder": str(folder)}
        if isinstance(self.scm, Path):
            asked["scm"] = str(self.scm)
        if self.commands is None:
            del asked["commands"]
        return asked
