"""Are copies and children gone, and finished results kept, when the run is stopped from outside?"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import testkit
from testkit import process, wait
from tests.unit.support.processes import is_running

CATALOGUE = """
- {id: quick, kind: harmless, file: a.txt, edit: {find: zero, replace: one}, production: x, layer: unit}
- {id: hangs, kind: harmless, file: a.txt, edit: {find: zero, replace: two}, production: x, layer: unit}
- {id: later, kind: harmless, file: a.txt, edit: {find: zero, replace: six}, production: x, layer: unit}
"""

LAYERS = """
unit: {commands: [bash layer.sh], jobs: 1}
"""

# Like a test suite that takes containers down: the end takes a moment.
LAYER = """
trap 'sleep 0.2; touch ../tidied; exit' TERM
if grep -q two a.txt; then echo $$ > ../pid; sleep 60 & wait; fi
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_no_copy_and_no_child(project: Path, number: signal.Signals) -> None:
    """Otherwise every cancelled run leaves a test suite running, and a copy of the repository on the disk."""
    (project / "a.txt").write_text("zero")
    (project / "faults" / "app.yaml").write_text(CATALOGUE)
    (project / "faults" / "layers.yaml").write_text(LAYERS)
    (project / "layer.sh").write_text(LAYER)
    copies = project / ".strata" / "faults" / "copies"
    environment = {**os.environ, "PYTHONPATH": str(Path(testkit.__file__).parents[1])}
    command = [sys.executable, "-m", "testkit.faults"]

    with process.hearing_ctrl_c():
        run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with run:
        pid = wait.until(
            lambda: (copies / "pid").exists() and (copies / "pid").read_text().strip(), 10, 0.02, "the hanging entry"
        )
        run.send_signal(number)
        said, _ = run.communicate(timeout=60)

    printed = said.decode()
    assert run.returncode == 128 + number, f"exit code {run.returncode}: {printed}"
    assert not list(copies.glob("*-*")), f"copies are left: {list(copies.iterdir())}"
    assert not is_running(int(pid)), f"the child {pid} still runs"
    assert (copies / "tidied").exists(), "the child was killed before it had tidied up: containers would be left"
    assert '"quick ' in (project / ".strata/faults/results.json").read_text(), f"the finished result is lost: {printed}"
    assert "later" not in printed, f"another entry was begun after the signal: {printed}"
    assert "Traceback" not in printed, f"a stop on purpose looks like a crash: {printed}"
