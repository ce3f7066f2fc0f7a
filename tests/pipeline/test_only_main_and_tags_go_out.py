"""Do pull requests, branches and dry runs leave the world as it is?"""

import pytest

from tests.pipeline.conftest import Run
from tests.pipeline.support.site import APPLY, CHANGING, DEPLOY, LAYERS, PLAN, PUSH, REHEARSE, Given, outside

HARMLESS = {
    "a pull request": Given(branch="PR-7", environment={"CHANGE_ID": "7", "CHANGE_TARGET": "main"}),
    "a branch": Given(branch="feature/main"),
    "a dry run of main": Given(parameters={"DRY_RUN": True}),
    "a dry run of a tag": Given(branch="v1.2.0", environment={"TAG_NAME": "v1.2.0"}, parameters={"DRY_RUN": True}),
}


@pytest.mark.parametrize("given", HARMLESS.values(), ids=HARMLESS.keys())
def test_pushes_applies_and_deploys_nothing(run: Run, given: Given) -> None:
    """Red: whoever may open a pull request may write to the registry, or to production."""
    build = run(given)
    assert build.result == "SUCCESS", f"{build}\n{build.log}"
    assert not outside(build), f"it did {outside(build)}: {build}"
    assert not build.events("credentials"), f"it was given credentials: {build.events('credentials')}"


@pytest.mark.parametrize("given", HARMLESS.values(), ids=HARMLESS.keys())
def test_all_layers_and_the_plan_run_before_the_merge(run: Run, given: Given) -> None:
    """Red: what a layer finds is found on main, when everybody has it."""
    commands = run(given).commands()
    missing = [script for script in [*LAYERS.values(), REHEARSE] if script not in commands]
    assert not missing, f"these did not run: {missing}"
    assert PLAN not in commands, "the real account is asked"


def test_a_tag_goes_out(run: Run) -> None:
    """Red: a release that was tagged never arrives."""
    build = run(Given(branch="v1.2.0", environment={"TAG_NAME": "v1.2.0"}))
    assert outside(build) == list(CHANGING), f"a tag is pushed, applied and deployed; it did {outside(build)}: {build}"


def test_the_plan_is_made_only_when_something_could_change(run: Run) -> None:
    """Red: each change of a text waits for a plan, and people learn to click it away."""
    build = run(Given(changes=["webapp/links/pages.py"]))
    assert outside(build) == [PUSH, DEPLOY], f"terraform/ did not change; wanted push and deploy, did {outside(build)}"
    assert not build.events("input"), "somebody was asked about a plan that was not made"


def test_the_plan_is_made_when_asked_for(run: Run) -> None:
    """Red: drift cannot be repaired without a change for show."""
    build = run(Given(changes=[], parameters={"PLAN": True}))
    assert APPLY in build.commands(), f"PLAN=true makes no plan: {build}"
