"""Does the person who waits see what is going on, in each way in which a layer is run?"""

import pytest

pytest_plugins = ["pytester"]

TEST = """
from testkit import progress

def test_it(request):
    progress.of(request.config)("building the image …")
"""


@pytest.mark.parametrize(
    ("options", "is_seen"),
    [((), True), (("-p", "xdist", "-n", "1"), True), (("-q",), False)],
    ids=["alone", "xdist", "quiet"],
)
def test_lines_pass_the_capture(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], is_seen: bool
) -> None:
    """Red: a layer that makes a cluster looks like a hang for two minutes."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(test_it=TEST)
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)
    said = "building the image …" in done.stdout.str() + done.stderr.str()
    assert said is is_seen, f"with {options or 'no options'} the line is {'shown' if said else 'not shown'}"
