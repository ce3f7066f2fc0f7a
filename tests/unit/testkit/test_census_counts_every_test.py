"""Does the census line tell how many of the tests that exist have run?"""

import pytest

pytest_plugins = "pytester"

TESTS = """
import pytest

def test_passes(): pass
def test_fails(): assert False
def test_skips(): pytest.skip("no Docker here")
@pytest.mark.xfail
def test_known_fault(): assert False
@pytest.fixture
def broken(): raise RuntimeError
def test_breaks_in_its_fixture(broken): pass
def test_other(): pass
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project whose pytest has no plugins but ours: fast, and the same whatever is installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(test_it=TESTS)
    return pytester


def census(project: pytest.Pytester, *options: str) -> str:
    """Run pytest and return the census line."""
    result = project.runpytest_inprocess("-p", "testkit.plugin", *options)
    lines = [line for line in result.outlines if line.startswith("ran ")]
    assert len(lines) == 1, f"one line of census is expected, not {lines}"
    return lines[0]


def test_it_counts_what_ran_and_names_what_was_skipped(project: pytest.Pytester) -> None:
    """Otherwise a layer whose tool is missing looks as green as one that ran."""
    assert census(project) == "ran 5 of 6 tests; skipped 1: test_it.py::test_skips (no Docker here)"


def test_it_names_what_was_deselected(project: pytest.Pytester) -> None:
    """Otherwise a -k left behind in a script switches off tests for months."""
    line = census(project, "-k", "passes or other or fails")

    assert line.startswith("ran 3 of 6 tests; deselected 3: "), line
    assert "test_it.py::test_known_fault" in line, line


def test_many_names_are_cut(project: pytest.Pytester) -> None:
    """Otherwise -k makes the line as long as the test suite, and nobody reads it."""
    line = census(project, "-k", "passes")

    assert "deselected 5: " in line, line
    assert line.endswith("and 2 more"), line


def test_it_counts_what_a_stop_left_out(project: pytest.Pytester) -> None:
    """Otherwise -x in a pipeline hides how little was tested."""
    assert census(project, "-x") == "ran 2 of 6 tests; not reached 4"


def test_it_names_modules_that_do_not_load(project: pytest.Pytester) -> None:
    """Otherwise a module that cannot be imported takes its tests with it unseen."""
    project.makepyfile(
        test_broken="import no_such_module", test_away="import pytest; pytest.skip('w', allow_module_level=True)"
    )

    line = census(project, "--continue-on-collection-errors")

    assert "not readable 1: test_broken.py" in line, line
    assert "skipped 2: test_away.py (w), test_it.py::test_skips (no Docker here)" in line, line
    assert "not reached" not in line, line


def test_only_pytests_own_closing_line_comes_after_it(project: pytest.Pytester) -> None:
    """Otherwise tools and people that read pytest's last line lose it."""
    lines = [line for line in project.runpytest_inprocess("-p", "testkit.plugin").outlines if line]

    assert lines[-2].startswith("ran 5 of 6 tests"), lines[-3:]
    assert "1 failed, 2 passed, 1 skipped, 1 xfailed, 1 error" in lines[-1], lines[-1]


def test_no_census_where_no_test_was_to_run(project: pytest.Pytester) -> None:
    """Otherwise listing the tests claims that none of them ran."""
    result = project.runpytest_inprocess("-p", "testkit.plugin", "--collect-only")

    assert not [line for line in result.outlines if line.startswith("ran ")], result.outlines


def test_workers_add_up(project: pytest.Pytester) -> None:
    """Otherwise the parallel run, which CI uses, counts nothing or everything twice."""
    line = census(project, "-p", "xdist.plugin", "-n", "2", "-k", "not other")

    assert line == (
        "ran 4 of 6 tests; deselected 1: test_it.py::test_other; skipped 1: test_it.py::test_skips (no Docker here)"
    )
