"""Does a red test of the cluster leave all that its reader needs, one click from the page, small, without a secret?

From end to end: a real run of pytest whose test fails, kubectl's answers, the files, the page.
"""

import base64
import os
import re
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from testkit import evidence, process
from testkit.report.__main__ import main
from tests.unit.support.coverage import leave_children_out
from tests.unit.testkit.kube import builders as b
from tests.unit.testkit.kube.fake_cluster import FakeCluster
from tests.unit.testkit.report.stand import TABLE

ROOT = Path(__file__).parents[4]
PASSWORD = "correct-horse-battery-staple"  # of nothing
LOG = f"connecting as shop with {PASSWORD}\n" * 40_000 + "the database said no\n"

CONFTEST = """
from pathlib import Path

import pytest
from testkit import evidence
from testkit.kube.evidence import evidence_of
from testkit.kube.kubectl import Kubectl
from testkit.kube.render import Manifests


@pytest.fixture(scope="session", autouse=True)
def cluster(request):
    kubectl = Kubectl(Path("{0}/kubectl"), Path("{0}/kubeconfig"), "shop")
    given = [{{"kind": "Job", "metadata": {{"name": "job"}}, "spec": {{"env": "{1}"}}}}]
    evidence.collect_with(request.config, evidence_of(kubectl, ["shop"], manifests=lambda: Manifests(given, Path("x"))))
"""
# The password comes from a file, as it would from a Secret: the source of a test is no place for it.
RED = """
from pathlib import Path

import pytest

@pytest.mark.parametrize("pod", ["web/1"])
def test_rolls(pod):
    password = Path("password").read_text()
    print("signing in with", password)
    try:
        sign_in(password)
    except ValueError as error:
        raise RuntimeError(f"nobody can sign in with {password}") from error

def sign_in(given):
    raise ValueError(f"{given} is refused")
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run in which a test of the cluster was red."""
    folder = tmp_path_factory.mktemp("ran")
    cluster = FakeCluster(folder)
    cluster.program()
    crashed = b.pod("web-1", b.container("web", restarts=1), init=[b.container("wait", state=b.ended(0))])
    secret = {
        "kind": "Secret",
        "metadata": {"name": "shop"},
        "data": {"it": base64.b64encode(PASSWORD.encode()).decode()},
    }
    cluster.has(secret, crashed, b.event(crashed, "BackOff", f"back-off of {PASSWORD}", "12:00:01"))
    cluster.answers("describe", out=f"Name: web-1\nargs: --secret {PASSWORD}")
    cluster.answers("logs", out=LOG)
    files = {"conftest.py": CONFTEST.format(folder, PASSWORD), "test_it.py": RED, "password": PASSWORD}
    for name, text in {**files, "layers.toml": TABLE}.items():
        (folder / name).write_text(text)
    plugins = ["-p", "testkit.plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins, "--junitxml=reports/k8s.xml", "test_it.py"]
    with pytest.MonkeyPatch.context() as patch:
        leave_children_out(patch)  # what does so for each test comes after a module's fixtures
        env = {**os.environ, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    done = process.run(command, cwd=folder, env=env, timeout=60)
    assert done.code == pytest.ExitCode.TESTS_FAILED, f"the red test was not red: {done.code}\n{done.output}"
    (folder / "reports" / "build.log").write_text(done.output)
    return folder


@pytest.fixture
def page(ran: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """That run's page, written beside its results in the current folder."""
    monkeypatch.chdir(ran)
    assert main(["layers.toml"]) == 0
    return Path("reports/index.html").read_text()


def links(page: str) -> set[Path]:
    return {Path("reports", unquote(target)) for target in re.findall(r'<a href="(evidence/[^"]+)">', page)}


def test_all_of_it_is_one_click_away(page: str) -> None:
    """Red: the page tells of a failure, and its reader looks for the log in an archive of fifty files."""
    wanted = {"describe.txt", "events.txt", "web-1.wait.log", "web-1.web.log", "web-1.web.previous.log"}
    names = {file.name.removeprefix("shop.") for file in links(page)}
    assert names == {*wanted, "manifests.yaml"}, f"the page leads to {sorted(names)}"
    there = {file for file in Path("reports/evidence").rglob("*") if file.is_file()}
    assert links(page) == there, f"the page leads to {sorted(links(page))}, and there is {sorted(there)}"


def test_it_says_what_happened(page: str) -> None:
    """Red: the files are there, and empty; or the end of the log, where the error stands, was cut away."""
    files = {file.name.removeprefix("shop."): file.read_text() for file in links(page)}
    said = {
        "describe.txt": "Name: web-1",
        "events.txt": "BackOff",
        "web-1.web.log": "the database said no",
        "web-1.web.previous.log": "the database said no",
        "manifests.yaml": "kind: Job",
    }
    missing = {name: words for name, words in said.items() if words not in files[name]}
    assert not missing, f"not told: {missing}"


def test_no_secret_is_in_any_file_that_is_archived(page: str) -> None:
    """Red: the archive of a build, which everybody can read, has the database's password."""
    files = [file for file in Path("reports").rglob("*") if file.is_file()]
    assert Path("reports/k8s.xml") in files, "pytest's own file is archived as well, and is not there to be looked at"
    shown = [str(file) for file in files if PASSWORD in file.read_text()]
    assert not shown, f"the password of a Secret stands in {', '.join(shown)}"


def test_the_message_is_told_without_the_secret(page: str) -> None:
    """Red: what is hidden takes along what the reader needs to know."""
    log = Path("reports/build.log").read_text()
    for words in ("nobody can sign in with ***", "*** is refused", "signing in with ***"):
        assert words in log, f"pytest's own output does not say `{words}`:\n{log}"
    assert "nobody can sign in with ***" in page, "the page does not say what failed"
    assert "def sign_in(given)" in log, f"the traceback is gone:\n{log}"


def test_it_is_small(page: str) -> None:
    """Red: one pod that talks fills the disk of the CI server, or nobody waits for the download."""
    sizes = {file.name: file.stat().st_size for file in links(page)}
    large = {name: size for name, size in sizes.items() if size > evidence.LONGEST + 200}
    assert not large, f"larger than {evidence.LONGEST:,} characters: {large}"
    assert len(LOG) > 5 * evidence.LONGEST, "the log is too short to have been cut"
