"""Is a program of the cluster built again only when it has changed, and never kept half built?"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from offline import commands, parts, stand_in
from testkit import process, wait
from tests.unit.support.processes import is_running

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A part `tool`, whose build notes that it ran; `go` is said to be there."""
    folder = tmp_path / "kube" / "tool"
    folder.mkdir(parents=True)
    write_build(folder, f'echo ran >>{tmp_path / "runs"}\necho program >"$1/tool"')
    monkeypatch.setattr(parts, "PARTS", folder.parent)
    monkeypatch.setattr(parts, "_NEEDS", "true")
    return folder


def write_build(folder: Path, lines: str) -> None:
    script = folder / "build"
    script.write_text(f"#!/bin/sh\nset -e\n{lines}\n")
    script.chmod(0o755)


def runs(tmp_path: Path) -> int:
    return len((tmp_path / "runs").read_text().splitlines())


def test_a_second_call_takes_what_was_built(part: Path, tmp_path: Path) -> None:
    """Red: each `make cluster` compiles Kubernetes for minutes."""
    first = parts.build("tool", tmp_path / "cache")
    assert (first / "tool").read_text() == "program\n"
    assert parts.build("tool", tmp_path / "cache") == first
    assert runs(tmp_path) == 1, "it was built twice"


def test_a_change_is_built_anew(part: Path, tmp_path: Path) -> None:
    """Red: somebody raises the version in go.mod, and the cluster goes on with the old one."""
    first = parts.build("tool", tmp_path / "cache")
    (part / "go.mod").write_text("module changed\n")
    assert parts.build("tool", tmp_path / "cache") != first
    assert runs(tmp_path) == 2, "the change was not noticed"


def test_a_failed_build_leaves_nothing_and_says_why(part: Path, tmp_path: Path) -> None:
    """Red: half a program is taken for a whole one by the next run."""
    write_build(part, 'echo half >"$1/tool"\necho "main.go:3: no such thing" >&2\nexit 1')
    with pytest.raises(commands.CommandFailed, match=r"main\.go:3: no such thing"):
        parts.build("tool", tmp_path / "cache")
    assert list((tmp_path / "cache" / "parts").iterdir()) == []


# Each line of the build is shown, so that the test sees when it is under way.
CANCELLED = """
import sys
from pathlib import Path
from offline import commands, parts
commands.PROGRESS_EVERY_SECONDS = -1
parts.PARTS, parts._NEEDS = Path(sys.argv[1]), "true"
commands.end_in_order()
parts.build("tool", Path(sys.argv[2]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_build_leaves_nothing(part: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Red: each cancelled job leaves gigabytes of half a build in the cache, and a compiler that goes on."""
    write_build(part, 'echo half >"$1/tool"\nsleep 60 &\necho $!\nwait')
    command = [sys.executable, "-c", CANCELLED, str(part.parent), str(tmp_path / "cache")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with process.hearing_ctrl_c():
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True)
    with run:
        compiler = next(int(found[1]) for line in run.stdout or () if (found := re.search(r"step 1: (\d+)", line)))
        run.send_signal(number)
        run.communicate(timeout=30)
    assert list((tmp_path / "cache" / "parts").iterdir()) == [], "half a build is left"
    wait.until(lambda: not is_running(compiler), 10, 0.02, "the end of the build's compiler")


def test_progress_is_shown(
    part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Red: a person looks at nothing for ten minutes, and presses Ctrl-C."""
    monkeypatch.setattr(commands, "PROGRESS_EVERY_SECONDS", -1)
    write_build(part, "echo k8s.io/one >&2\necho k8s.io/two >&2")
    parts.build("tool", tmp_path / "cache")
    assert re.search(r"^tool: \d+ s, step 2: k8s\.io/two$", capsys.readouterr().out, re.MULTILINE)


def test_a_dockerfile_says_which_parts_it_needs() -> None:
    """Red: the node is built without the program that enforces NetworkPolicies, or with one too many."""
    needed = parts.parts_of(stand_in.RECIPES / "kind-node" / "Dockerfile")
    assert needed == ["coredns", "kind", "kube-router", "kubernetes"], "build stages are no parts"


def test_a_changed_program_makes_another_image(part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a node image with the old Kubernetes is found under the new recipe's hash."""
    recipe = tmp_path / "recipes" / "app"
    recipe.mkdir(parents=True)
    (recipe / "Dockerfile").write_text("FROM scratch\nCOPY --from=tool tool /\n")
    monkeypatch.setattr(stand_in, "RECIPES", recipe.parent)
    before = stand_in.recipe_hash("app")
    (part / "go.mod").write_text("module changed\n")
    assert stand_in.recipe_hash("app") != before


@pytest.mark.parametrize(("recipe", "suite"), [("kind-node", "bookworm"), ("registry", "trixie")])
def test_a_recipe_chooses_its_debian(recipe: str, suite: str) -> None:
    """Red: the node gets a systemd that does not start on this machine's control groups."""
    assert stand_in.suite_of(recipe) == suite
