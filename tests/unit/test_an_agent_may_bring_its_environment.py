"""Is a virtual environment that somebody else has made taken as it is, and one's own kept up to date?"""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def bare() -> dict[str, str]:
    """Return our environment without what an agent, or the `make` around us, has put into it."""
    return {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "VENV"))}


def lint(environment: Path, how: str) -> tuple[int, str]:
    """Return the code of `make lint` with this environment, tried only, and all that it said."""
    words = [f"VENV={environment}"] if how == "argument" else []
    variables = {"VENV": str(environment)} if how == "environment" else {}
    done = subprocess.run(
        ["make", "--dry-run", "lint", *words],
        cwd=ROOT,
        env=bare() | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_nothing_is_installed_into_it(tmp_path: Path) -> None:
    """Red: each of a pipeline's stages installs anew, and two of them at once into one folder."""
    # Older than every requirement of a fresh checkout.
    (tmp_path / ".dev").touch()
    os.utime(tmp_path / ".dev", (0, 0))
    for how in ("argument", "environment"):
        code, said = lint(tmp_path, how)
        assert code == 0, f"VENV as {how}: {said}"
        assert f"{tmp_path}/bin/ruff check" in said, f"VENV as {how} is not used: {said}"
        assert "pip" not in said, f"VENV as {how}: something would be installed: {said}"


def test_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Red: a typing error in the agent's configuration is told as a file called ruff that cannot be found."""
    _, said = lint(tmp_path / "nowhere", "environment")
    assert f"{tmp_path}/nowhere/.dev is not there" in said, said


def test_the_own_one_follows_the_requirements() -> None:
    """Red: a new requirement is in the tree, and the tests run without it."""
    rules = subprocess.run(
        ["make", "--print-data-base", "--question", "help"],
        cwd=ROOT,
        env=bare(),
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "\n.venv/.dev: requirements/dev.txt testkit/pyproject.toml" in rules, "nothing makes .venv/.dev anew"
