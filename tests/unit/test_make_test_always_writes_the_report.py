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


def make_test(tmp_path: Path, layers: str, report: int) -> tuple[int, str]:
    """Run `make test` with these layers and a report that ends with this code; return code and the report's command."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/called\nexit {report}\n')
    python.chmod(0o755)
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "test", "--assume-old=bootstrap", f"GATING={layers}", f"PY={python}"],
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
    ("layers", "report", "green"), [(GREEN, 0, True), (RED, 0, False), (GREEN, 2, False), (RED, 2, False)]
)
def test_report_and_exit_code(tmp_path: Path, layers: str, report: int, green: bool) -> None:
    """Red: a red layer passes the gate because its report was written; or leaves nothing to read."""
    code, called = make_test(tmp_path, layers, report)
    assert (code == 0) is green, f"make test with the layer `{layers}` and the report's code {report} ends with {code}"
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
