"""Does pytest's own results file say what each test asks, and how many tests there are?"""

from pathlib import Path

import pytest

import testkit
from testkit import junit

pytest_plugins = ["pytester"]

TESTS = '''
"""Does it
hold?

More for whoever reads the file.
"""
import pytest

def test_passes():
    """Red: it falls."""

def test_fails():
    assert not "the reason"

@pytest.mark.slow
def test_slow(): ...

@pytest.mark.skip(reason="no Docker")
def test_skips(): ...

@pytest.mark.xfail
def test_known():
    assert False

@pytest.fixture
def broken():
    yield
    raise RuntimeError

def test_cannot_be_torn_down(broken): ...
'''


def results(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *options: str, tests: str = TESTS
) -> junit.Suite:
    for name in ("CI", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # This tree's testkit, also where another one is installed.
    monkeypatch.setenv("PYTHONPATH", str(Path(testkit.__file__).parents[1]))
    pytester.makepyfile(test_it=tests)
    pytester.runpytest_subprocess("-p", "testkit.plugin", "-p", "no:cacheprovider", "--junitxml=it.xml", *options)
    return junit.read(Path(pytester.path, "it.xml"))


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "xdist"])
def test_question_fault_and_census_are_in_the_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Red: the report shows names of functions, and cannot tell a whole run from half of one."""
    suite = results(pytester, monkeypatch, *options)
    assert (suite.exist, suite.deselected) == (6, 1), "tests that exist, and that were deselected"
    cases = {case.nodeid.partition("::")[2]: case for case in suite.cases}
    passed = cases["test_passes"]
    assert (passed.nodeid, passed.question, passed.fault) == (
        "test_it.py::test_passes",
        "Does it hold?",
        "Red: it falls.",
    )
    assert cases["test_fails"].fault == "", "a test without a docstring has no fault"
    assert {name: case.outcome for name, case in cases.items()} == {
        "test_passes": junit.PASSED,
        "test_fails": junit.FAILED,
        "test_skips": junit.SKIPPED,
        "test_known": junit.PASSED,
        "test_cannot_be_torn_down": junit.FAILED,
    }


def test_a_file_that_cannot_be_read_has_a_message(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: the report of a typing error says "collection failure" and no more."""
    pytester.makepyfile(test_other="import no_such_module")
    (case,) = results(pytester, monkeypatch).of(junit.FAILED)
    assert "no_such_module" in case.message, f"the message is {case.message!r}"


# The test that comes first asks the whole run to stop, and none ends before the run has begun to.
STOPPED = """
import os, pathlib, signal, time

def run_ends():
    while not pathlib.Path("ends").exists():
        time.sleep(0.01)

def test_stops():
    os.kill({0}, signal.SIGTERM)
    run_ends()

def test_other(): run_ends()
def test_third(): run_ends()
def test_fourth(): run_ends()
"""

RUN_ENDS = """
import pathlib, pytest

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        pathlib.Path("ends").touch()
"""


@pytest.mark.parametrize(
    ("options", "run"), [((), "os.getpid()"), (("-p", "xdist", "-n", "2"), "os.getppid()")], ids=["alone", "xdist"]
)
def test_a_run_that_was_stopped_does_not_look_whole(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], run: str
) -> None:
    """Red: a layer that was aborted after a tenth of its tests is green in the report."""
    pytester.makeconftest(RUN_ENDS)
    suite = results(pytester, monkeypatch, *options, tests=STOPPED.format(run))
    assert suite.exist == 4, f"4 tests exist, and the file of the stopped run says {suite.exist}"
    assert len(suite.cases) < 4, "the run was not stopped"
