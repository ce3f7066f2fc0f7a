"""Does anything but the named files reach the builder, whatever lies around in somebody's checkout?

Asked of the builder itself: a Dockerfile of two lines copies the whole context, with this repository's .dockerignore,
and hands it back as an archive. Nothing is pulled, and no image is made.
"""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from testkit.containers import Run
from tests.container.support.names import ROOT

_EVERYTHING = "FROM scratch\nCOPY . /\n"

# What must arrive, or the build fails or ships half an app.
_NEEDED = (
    "requirements/app.txt",
    "requirements/mysql.txt",
    "requirements/tracing.txt",
    "webapp/manage.py",
    "webapp/config/settings.py",
    "webapp/links/models.py",
    "webapp/links/templates/base.html",
    "webapp/links/static/links/strata.css",
    "webapp/ops/health.py",
)

# What lies around in real checkouts.
_DECOYS = (
    ".env",
    ".git/config",
    ".strata/state.json",
    ".venv/bin/python",
    "Dockerfile",
    "docker-compose.yml",
    "id_rsa",
    "notes.txt",
    "reports/evidence/app.log",
    "requirements/dev.txt",
    "terraform/envs/production/terraform.tfstate",
    "tests/unit/test_smoke.py",
    "webapp/.env",
    "webapp/db.sqlite3",
    "webapp/embedded.py",
    "webapp/links/.models.py.swp",
    "webapp/links/__pycache__/models.cpython-313.pyc",
)


@pytest.fixture(scope="module")
def context(run: Run, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of the build context. `run` has looked whether an engine is there."""
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / ".dockerignore").write_bytes((ROOT / ".dockerignore").read_bytes())
    for name in (*_NEEDED, *_DECOYS):
        file = checkout / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return _files_that_reach_the_builder(checkout, tmp_path_factory.mktemp("build") / "Dockerfile")


@pytest.mark.parametrize("file", _DECOYS)
def test_it_stays_behind(context: set[str], file: str) -> None:
    """Red: a secret, a state or a developer's database can end up in an image that everybody may pull."""
    assert file not in context, f"{file} reaches the builder: .dockerignore must name what may, and nothing else"


@pytest.mark.parametrize("file", _NEEDED)
def test_it_comes_along(context: set[str], file: str) -> None:
    """Red: the image does not build, or lacks a part of the app."""
    assert file in context, f"{file} does not reach the builder: .dockerignore leaves it out"


def test_the_whole_app_comes_along(run: Run, tmp_path: Path) -> None:
    """Red: a new folder of the app, or a new kind of file in it, is missing in the image alone."""
    (tmp_path / "Dockerfile").write_text(_EVERYTHING)
    arrived = _files_that_reach_the_builder(ROOT, tmp_path / "Dockerfile")
    ours = [path for path in (ROOT / "webapp").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    names = {str(path.relative_to(ROOT)) for path in ours if not path.name.startswith(".")}
    developers = {"webapp/embedded.py"}
    missing = sorted(names - arrived - developers)
    assert not missing, f".dockerignore leaves out a part of the app: {', '.join(missing[:5])}"


def _files_that_reach_the_builder(checkout: Path, dockerfile: Path) -> set[str]:
    dockerfile.write_text(_EVERYTHING)
    command = ["docker", "build", "--quiet", f"--file={dockerfile}", "--output=type=tar,dest=-", str(checkout)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, f"the builder could not read the context: {done.stderr.decode()[-500:]}"
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        return {member.name.removeprefix("./") for member in tar if member.isfile()}
