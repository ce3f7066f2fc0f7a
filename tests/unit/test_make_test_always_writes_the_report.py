"""Does `make test` write the report after a red layer too, and keep the layer's exit code?"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from testkit.report import table

ROOT = Path(__file__).parents[2]

# Two verbs for the layers: one that the Makefile has and that does nothing but print, one that ends with an error.
GREEN, RED = "help", "no-such-layer"


def make_test(tmp_path: Path, layers: str, together: str, report: int) -> tuple[int, str]:
    """Run `make test` with these layers, the latter at once, and a report that ends with this code.

    Return the exit code and the report's command.
    """
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/called\nexit {report}\n')
    python.chmod(0o755)
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    variables = [f"GATING={layers}", f"TOGETHER={together}", f"LOGS={tmp_path}", f"PY={python}"]
    done = subprocess.run(
        ["make", "test", "--assume-old=bootstrap", *variables],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    called = tmp_path / "called"
    assert called.exists(), f"the report was not written: {done.stdout}{done.stderr}"
    return done.returncode, called.read_text()


@pytest.mark.parametrize(
    ("layers", "together", "report", "green"),
    [
        (GREEN, f"in-front/{GREEN} behind/{GREEN}", 0, True),
        (RED, GREEN, 0, False),
        (GREEN, f"in-front/{RED} behind/{GREEN}", 0, False),
        (GREEN, f"in-front/{GREEN} behind/{RED}", 0, False),
        (GREEN, GREEN, 2, False),
        (RED, GREEN, 2, False),
    ],
)
def test_report_and_exit_code(tmp_path: Path, layers: str, together: str, report: int, green: bool) -> None:
    """Red: a red layer passes the gate because its report was written; or leaves nothing to read."""
    code, called = make_test(tmp_path, layers, together, report)
    told = f"make test with the layers `{layers}`, then `{together}`, and the report's code {report} ends with {code}"
    assert (code == 0) is green, told
    assert called.startswith("-m testkit.report docs/layers.toml --since "), called


def test_the_table_has_what_the_verbs_write() -> None:
    """Red: a layer's results are written, and the report does not know of them; or it waits for what nobody writes."""
    recipes = re.findall(r"^(test-[\w-]+):.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    written = {f"make {verb}": re.findall(r"--junitxml=reports/(\S+)", recipe) for verb, recipe in recipes}
    for run in table.read(ROOT / "docs" / "layers.toml").runs:
        assert run.file in written.get(run.verb, []), f"`{run.verb}` does not write reports/{run.file} for {run.title}"
        written[run.verb].remove(run.file)
    unknown = {verb: files for verb, files in written.items() if files}
    assert not unknown, f"docs/layers.toml does not have {unknown}"
