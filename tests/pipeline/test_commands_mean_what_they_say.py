"""Do the pipeline's own lines of shell do what they look like, in a real shell?"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from testkit.pipeline.build import Build
from testkit.pipeline.runner import Runner
from tests.pipeline.support.site import IMAGE_ID, LAYERS, PUSHED, Given

# A `make` that writes down how it was called, gives the answers that the pipeline reads, and fails where it shall.
_MAKE = f"""#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
    image) mkdir -p .strata/image && echo layers >.strata/image/image.tar ;;
    "-s image-id") echo {IMAGE_ID} ;;
    "-s push") echo {PUSHED} ;;
    plan-review*) mkdir -p .strata/plans reports/plan-review && touch .strata/plans/p reports/plan-review/r ;;
    "-s plan-verdict"*) echo needs approval ;;
esac
[ "$*" != "$RED" ]
"""

Make = Callable[..., tuple[Build, list[str]]]


@pytest.fixture
def make(runner: Runner, jenkinsfile: str, tmp_path: Path) -> Make:
    """Run the pipeline with a real shell and that make; return the build and the calls."""
    calls = tmp_path / "calls"
    calls.touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "make").write_text(_MAKE)
    (tmp_path / "bin" / "make").chmod(0o755)

    def build(red: str = "") -> tuple[Build, list[str]]:
        path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
        given = Given(environment={"PATH": path, "CALLS": str(calls), "RED": red})
        done = runner.run(replace(given.scenario(jenkinsfile), commands=None), tmp_path / "build")
        return done, calls.read_text().splitlines()

    return build


def test_verbs_get_their_arguments(make: Make) -> None:
    """Red: Groovy and the shell each take a dollar sign for their own, and something is deployed to nowhere."""
    build, calls = make()
    assert build.result == "SUCCESS", f"{build}\n{build.log}"
    wanted = ["plan-review ENV=staging ACCOUNT=yes", "-s plan-verdict ENV=staging", "plan-apply ENV=staging"]
    assert [call for call in calls if "plan" in call] == wanted, f"wanted one plan, its verdict, its apply: {calls}"
    last = ["release ENV=staging", "smoke ENV=staging"]
    assert calls[-2:] == last, f"wanted `make release` and `make smoke` at the end, with no more than ENV: {calls}"


@pytest.mark.parametrize("stage", LAYERS)
def test_the_exit_code_of_a_layer_arrives(make: Make, stage: str) -> None:
    """Red: a pipe, a `|| true` or a subshell swallows the exit code, and a red layer is green."""
    verb = LAYERS[stage].removeprefix("make ")
    build, calls = make(red=verb)
    assert build.stages.get(stage) == "FAILURE", f"`make {verb}` ended with 1, and {stage} is {build.stages.get(stage)}"
    assert "-s push" not in calls, f"`make {verb}` ended with 1, and the image was pushed"


def test_what_make_prints_is_taken_whole(make: Make) -> None:
    """Red: a line break at the end of an answer becomes a part of an image's name."""
    build, _ = make()
    deployed = [one["environment"] for one in build.events("sh", "Deploy")]
    seen = [(one.get("APP_IMAGE"), one.get("IMAGE")) for one in deployed]
    assert seen == [(IMAGE_ID, PUSHED)], f"{IMAGE_ID} was built, and the push returned {PUSHED}; Deploy saw {seen}"
