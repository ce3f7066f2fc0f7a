"""Does a failed test leave what its reader needs, and nothing that is secret?"""

import json
from pathlib import Path

import pytest

from testkit import evidence

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
from testkit import evidence

@pytest.fixture(scope="session", autouse=True)
def collected(request):
    evidence.collect_with(request.config, collect)

def collect(folder):
    folder.learn("s3cr3t-of-the-store")
    folder.write("store.log", "log of s3cr3t-of-the-store " + "x" * 10)
"""


def run(pytester: pytest.Pytester, test: str, conftest: str = CONFTEST) -> pytest.RunResult:
    pytester.makeconftest(conftest)
    pytester.makepyfile(test_it=test)
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        # Of a file that changes twice in a second and keeps its size, the compiled one would be believed.
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        return pytester.runpytest_subprocess("-p", "testkit.plugin", "-p", "no:cacheprovider")


@pytest.mark.parametrize("stage", ["call", "setup"])
def test_a_failure_leaves_a_folder_and_names_it(pytester: pytest.Pytester, stage: str) -> None:
    """Otherwise the logs of a test that failed at night are gone with its containers."""
    tests = {
        "call": "def test_x(): assert 0",
        "setup": "import pytest\n@pytest.fixture\ndef broken(): assert 0\ndef test_x(broken): ...",
    }
    result = run(pytester, tests[stage])
    result.stdout.fnmatch_lines(["*- evidence -*", "reports/evidence/test_it.py-test_x/: store.log"])
    text = (pytester.path / "reports/evidence/test_it.py-test_x/store.log").read_text()
    assert text == "log of *** xxxxxxxxxx", "the secret that the collector learned is in the file"


def test_a_test_that_passes_again_leaves_nothing(pytester: pytest.Pytester) -> None:
    """Otherwise somebody reads the logs of last week's failure."""
    run(pytester, "def test_x(): assert 0")
    run(pytester, "def test_x(): assert 1")
    assert not (pytester.path / "reports/evidence/test_it.py-test_x").exists()


def test_broken_collecting_does_not_hide_the_failure(pytester: pytest.Pytester) -> None:
    """Otherwise a stuck engine turns every failure into the same unrelated error."""
    conftest = CONFTEST.replace('folder.learn("', 'raise OSError("the engine is stuck")\n    folder.learn("')
    result = run(pytester, "def test_x(): assert 0, 'the real reason'", conftest)
    result.stdout.fnmatch_lines(
        ["*the real reason*", "*some evidence could not be taken: OSError: the engine is stuck*"]
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql://app:hunter22@db:3306/x", "mysql://app:***@db:3306/x"),
        ("redis://:hunter22@redis/0", "redis://:***@redis/0"),
        ("Authorization: Bearer abcdefgh.ijkl-mn", "Authorization: Bearer ***"),
        ("MYSQL_ROOT_PASSWORD=hunter22 x", "MYSQL_ROOT_PASSWORD=*** x"),
        ('{"api_key": "abc", "a": 1}', '{"api_key": "***", "a": 1}'),
        ("http://example.org:8080/a@b passes by", "http://example.org:8080/a@b passes by"),
        ("compass: north", "compass: north"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    """Otherwise a report that everybody can read has a password in it, or hides what the reader needs."""
    assert evidence.redacted(text) == shown


def test_secret_fields_of_a_container_are_hidden(tmp_path: Path) -> None:
    """Otherwise the engine's description of a container tells its environment and its command line."""
    folder = evidence.Folder(tmp_path, since=0)
    folder.write_json(
        "it.json",
        {
            "Env": ["DB_PASSWORD=hunter22", "PORT=80", "URL=mysql://a:hunter22@b/"],
            "Cmd": ["serve", "--requirepass", "hunter22", "--port", "80"],
            "Secrets": {"token": "hunter22"},
            "Empty": [],
        },
    )
    text = (tmp_path / "it.json").read_text()
    assert "hunter22" not in text
    shown = json.loads(text)
    assert "PORT=80" in shown["Env"]
    assert shown["Cmd"] == ["serve", "--requirepass", "***", "--port", "80"]


def test_a_long_log_is_cut_to_its_end(tmp_path: Path) -> None:
    """Otherwise one talkative server fills the disk of the CI server."""
    evidence.Folder(tmp_path, since=0).write("long.log", "a" * evidence.LONGEST + "the end")
    text = (tmp_path / "long.log").read_text()
    assert text.endswith("the end")
    assert text.startswith("… 7 characters left out …")
    assert len(text) < evidence.LONGEST + 100


def test_each_test_has_a_folder_of_its_own_below_the_report(tmp_path: Path) -> None:
    """Otherwise the evidence of two tests is mixed, or a parameter with a slash writes somewhere else."""
    ids = ["tests/a/test_x.py::test_y[../../etc]", "tests/a/test_x.py::test_y[b]", "tests/b/test_x.py::test_y[b]"]
    folders = {evidence.folder_of(nodeid, tmp_path) for nodeid in ids}
    assert len(folders) == len(ids)
    assert {folder.resolve().parent for folder in folders} == {tmp_path / "reports" / "evidence"}
