"""Does the runner refuse what Jenkins would refuse, and say why?"""

from pathlib import Path

import pytest

from testkit.pipeline.runner import Runner
from testkit.pipeline.scenario import Scenario
from tests.pipeline.support.site import JENKINSFILE

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.Jenkinsfile"))


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.name.removesuffix(".Jenkinsfile"))
def test_says_why(runner: Runner, file: Path, tmp_path: Path) -> None:
    """Red: a Jenkinsfile is green here, and Jenkins refuses it or does something else.

    The first line of each file is the message that it must give.
    """
    text = file.read_text()
    wanted = text.splitlines()[0].removeprefix("// ")
    build = runner.run(Scenario(text, environment={"BRANCH_NAME": "main"}), tmp_path)
    assert build.result in {"INVALID", "FAILURE"}, f"{file.name} is taken as good: {build}"
    assert wanted in (build.error or ""), f"{file.name}: wanted {wanted!r}, it says: {build.error}"


def test_the_pipeline_of_this_repository_is_not_among_them(runner: Runner) -> None:
    """Red: the runner refuses everything, so that it refuses the broken ones proves nothing."""
    wrong = runner.check(JENKINSFILE.read_text())
    assert wrong is None, f"Jenkinsfile: {wrong}"


def test_every_error_is_told_at_once(runner: Runner) -> None:
    """Red: a file with five typing errors takes five builds to repair."""
    wrong = (
        runner.check("pipeline {\n options { nothing() }\n stages { stage('One') { steps { shell 'x' } } }\n}") or ""
    )
    assert len(wrong.splitlines()) == 3, f"agent, option and step are wrong; told: {wrong}"
