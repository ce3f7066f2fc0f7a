"""Does the plugin leave in order on SIGTERM, and cost nothing at start?"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import testkit

ROOT = Path(testkit.__file__).parents[1]

HANGING = """
import pathlib, time, pytest

@pytest.fixture(scope="session")
def server():
    yield
    pathlib.Path("torn-down").touch()

def test_hangs(server):
    print("in the test", flush=True)
    time.sleep(60)
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}


def test_sigterm_tears_fixtures_down(tmp_path: Path) -> None:
    """Otherwise a cancelled CI job leaves its containers, clusters and cloud resources behind."""
    (tmp_path / "test_it.py").write_text(HANGING)
    command = [sys.executable, "-m", "pytest", "-s", "-p", "testkit.plugin", "test_it.py"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True) as pytest_run:
        assert pytest_run.stdout is not None
        assert any("in the test" in line for line in pytest_run.stdout), "the test never began"
        pytest_run.terminate()
        said = pytest_run.stdout.read()

    assert (tmp_path / "torn-down").exists(), f"the fixture was not torn down on SIGTERM: {said}"
    assert pytest_run.returncode == 128 + signal.SIGTERM, f"exit code {pytest_run.returncode}: {said}"


def test_it_imports_nothing_heavy() -> None:
    """Otherwise every start of pytest pays for YAML and HTTP libraries, and coverage misses what it loads."""
    code = "import sys, pytest; old = set(sys.modules); import testkit.plugin; print(*sorted(set(sys.modules) - old))"

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True, timeout=30
    )

    loaded = set(done.stdout.split())
    parts = {f"testkit.{part}" for part in ("plugin", "census", "evidence", "questions")}
    assert loaded == {"testkit", *parts}, f"the plugin loads {sorted(loaded)}"
