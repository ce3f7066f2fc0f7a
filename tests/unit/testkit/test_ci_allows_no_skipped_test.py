"""Is a skipped test a failure in CI, and only there?"""

import pytest

pytest_plugins = "pytester"

SKIPS = {
    "call": "import pytest\ndef test_skips(): pytest.skip('no kubectl')",
    "mark": "import pytest\n@pytest.mark.skip(reason='no kubectl')\ndef test_skips(): pass",
    "fixture": "import pytest\n@pytest.fixture\ndef k(): pytest.skip('no kubectl')\ndef test_skips(k): pass",
    "module": "import pytest\npytest.skip('no kubectl', allow_module_level=True)",
}


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return pytester


@pytest.mark.parametrize("how", SKIPS)
def test_a_skip_fails_and_says_what_to_do(project: pytest.Pytester, how: str) -> None:
    """Otherwise a CI image that lost a tool switches off a layer, and everything stays green."""
    project.makepyfile(test_it=SKIPS[how])

    result = project.runpytest_inprocess("-p", "testkit.plugin")

    output = result.stdout.str()
    assert result.ret != 0, f"the run is green:\n{output}"
    assert "no kubectl. In CI (CI=true) a skipped test is a failure, because there a missing tool" in output, output
    assert "skipped 1: test_it.py" in output, f"the census counts it as run:\n{output}"


def test_a_known_fault_is_no_skip(project: pytest.Pytester) -> None:
    """Otherwise xfail, which does run the test, could not be used any more."""
    project.makepyfile(test_it="import pytest\n@pytest.mark.xfail\ndef test_known(): assert False")

    result = project.runpytest_inprocess("-p", "testkit.plugin")

    assert result.ret == 0, result.stdout.str()


@pytest.mark.parametrize("value", [None, "", "false"])
def test_elsewhere_a_skip_is_a_skip(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """Otherwise nobody can run the tests on a laptop without a cluster."""
    monkeypatch.delenv("CI") if value is None else monkeypatch.setenv("CI", value)
    project.makepyfile(test_it=SKIPS["call"])

    result = project.runpytest_inprocess("-p", "testkit.plugin")

    result.assert_outcomes(skipped=1)


def test_a_worker_is_as_strict(project: pytest.Pytester) -> None:
    """Otherwise CI, which runs in parallel, is the one place without the rule."""
    project.makepyfile(test_it=SKIPS["call"] + "\ndef test_passes(): pass")

    result = project.runpytest_inprocess("-p", "testkit.plugin", "-p", "xdist.plugin", "-n", "1")

    result.assert_outcomes(failed=1, passed=1)
    assert "ran 1 of 2 tests; skipped 1" in result.stdout.str(), result.stdout.str()
