"""No engine, no image: does the layer fail with a sentence that says what to do, instead of skipping?"""

import os
import sys
from contextlib import ExitStack

from testkit import process
from tests.container.support.names import ROOT

# Needs the engine, all three images and the app.
ASKS_FOR_ALL = "tests/container/test_slugs_are_told_apart_by_case.py"

# What is missing, and the sentence that says so.
MISSING = (
    ({"DOCKER_HOST": "unix:///nowhere/docker.sock"}, "The container layer needs a Docker engine"),
    ({"MYSQL_IMAGE": "nowhere.invalid/mysql:0"}, "the image nowhere.invalid/mysql:0 is not on this machine"),
)


def test_the_layer_fails_and_says_what_to_do(app_image: str) -> None:
    """Red: on a CI server without Docker the layer is green and has tested nothing."""
    # Without the evidence, or it would clear away that of the tests of the same names in this run.
    plugins = ("testkit.plugin", "no:testkit-evidence", "pytest_django.plugin", "xdist.plugin", "no:cacheprovider")
    options = [*(f"-p{plugin}" for plugin in plugins), "-oDJANGO_SETTINGS_MODULE="]
    command = [sys.executable, "-m", "pytest", "-q", *options, ASKS_FOR_ALL]
    # Just these: to look for all that are installed takes longer than the question.
    env = {**os.environ, "APP_IMAGE": app_image, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with ExitStack() as stack:
        runs = [stack.enter_context(process.start(command, cwd=ROOT, env=env | missing)) for missing, _ in MISSING]
        for run, (_, sentence) in zip(runs, MISSING, strict=True):
            code = run.wait(timeout=60)
            assert code == 1, f"pytest ended with code {code}:\n{run.output()}"
            for words in (sentence, "make bootstrap images"):
                assert words in run.output(), f"{words!r} is not said:\n{run.output()}"
            assert "skipped" not in run.output(), run.output()
