"""Does whatever is red stop everything that comes after it?"""

from dataclasses import dataclass

import pytest

from testkit.pipeline.scenario import NOBODY, Answer
from tests.pipeline.conftest import Run
from tests.pipeline.support.site import APPLY, DEPLOY, FAILED, LAYERS, PLAN, PUSH, REPORTS, SMOKE, VERDICT, Given, red


@dataclass(frozen=True)
class Stop:
    """What goes wrong, the build's result, and what of push, apply and deploy had happened by then."""

    given: Given
    result: str
    outside: tuple[str, ...] = ()


STOPS = {
    "an agent lacks a tool": Stop(Given(verbs=red("make preflight")), "FAILURE"),
    "lint is red": Stop(Given(verbs=red("make lint")), "FAILURE"),
    "the image cannot be built": Stop(Given(verbs=red("make image")), "FAILURE"),
    "the coverage is under its floor": Stop(
        Given(
            verbs={
                "make test-unit": {
                    "code": 2,
                    "files": {"reports/unit.xml": "<testsuite><testcase name='one'/></testsuite>"},
                }
            }
        ),
        "ABORTED",
    ),
    "a report has a failed test though the command passed": Stop(
        Given(verbs={"make test-k8s": {"files": {"reports/k8s.xml": FAILED}}}), "FAILURE"
    ),
    "another image came out of the load than was built": Stop(Given(verbs=red("make image-load")), "ABORTED"),
    "the registry has another image than was tested": Stop(Given(verbs=red(PUSH)), "FAILURE", (PUSH,)),
    "the plan is refused": Stop(Given(verbs=red(PLAN)), "FAILURE", (PUSH,)),
    "nobody knows the verdict": Stop(Given(verbs=red(VERDICT)), "FAILURE", (PUSH,)),
    "the approver refuses": Stop(
        Given(approval=Answer("alice", "abort", groups=["strata-approvers"])), "ABORTED", (PUSH,)
    ),
    "nobody approves in time": Stop(Given(approval=NOBODY), "ABORTED", (PUSH,)),
    "somebody approves who may not": Stop(Given(approval=Answer("mallory", groups=["developers"])), "ABORTED", (PUSH,)),
    "the plan was changed after the approval": Stop(Given(verbs=red(APPLY)), "FAILURE", (PUSH, APPLY)),
    "the rollout fails and is rolled back": Stop(Given(verbs=red(DEPLOY)), "FAILURE", (PUSH, APPLY, DEPLOY)),
    "the site does not run this commit": Stop(Given(verbs=red(SMOKE)), "FAILURE", (PUSH, APPLY, DEPLOY)),
    "a command hangs": Stop(Given(verbs={"make test-k8s": {"hangs": True}}), "ABORTED"),
    "somebody aborts the build in a layer": Stop(Given(verbs={"make test-container": {"aborts": True}}), "ABORTED"),
    "somebody aborts the build while it deploys": Stop(
        Given(verbs={DEPLOY: {"aborts": True}}), "ABORTED", (PUSH, APPLY)
    ),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
def test_nothing_goes_out_after(run: Run, stop: Stop) -> None:
    """Red: a change reaches people although something said no."""
    build = run(stop.given)
    done = tuple(script for script in build.commands() if script in (PUSH, APPLY, DEPLOY))
    assert done == stop.outside, (
        f"wanted to the outside: {stop.outside or 'nothing'}; done: {done or 'nothing'}\n{build}"
    )
    assert build.result == stop.result, f"wanted {stop.result}: {build}\n{build.log}"


@pytest.mark.parametrize("stage", LAYERS)
def test_a_red_layer_stops_everything_after_it(run: Run, stage: str) -> None:
    """Red: a layer found the fault, and it was released all the same."""
    build = run(Given(verbs=red(LAYERS[stage], files={REPORTS[stage]: FAILED})))
    assert build.result in {"FAILURE", "ABORTED"}, f"{stage} was red, and the build is not: {build}"
    assert build.stages.get(stage) == "FAILURE", f"{stage} was red: {build}"
    later = [
        name
        for name in ("Gate", "Push", "Plan review", "Approve", "Apply", "Deploy", "Smoke test")
        if name in build.ran
    ]
    assert not later, f"{stage} was red, and {', '.join(later)} ran all the same: {build}"


def test_no_command_hides_its_exit_code(run: Run) -> None:
    """Red: a layer fails every night, and nobody sees it, because a shell's `|| true` said that all is well."""
    hiding = [script for script in run(Given()).commands() if any(word in script for word in ("|", ";", "set +e", "&"))]
    assert not hiding, f"these commands may end well although what they call does not: {hiding}"


def test_a_build_that_is_overtaken_ends(run: Run) -> None:
    """Red: an old build waits for its turn, and rolls a new release back to what it had."""
    build = run(Given())
    milestones = [(one["stage"], one["ordinal"]) for one in build.events("milestone")]
    assert milestones == [("Gate", 1), ("Deploy", 2)], (
        f"milestones, wanted one before the push and one in the rollout: {milestones}"
    )


def test_one_rollout_at_a_time(run: Run) -> None:
    """Red: two builds deploy into one namespace at once, and what runs there is neither."""
    order = [
        one for one in run(Given()).history if one["event"] == "lock" or one.get("script") in (APPLY, DEPLOY, SMOKE)
    ]
    told = [one.get("state") or one["script"] for one in order]
    assert told == ["acquired", APPLY, DEPLOY, SMOKE, "released"], (
        f"the lock is to be around apply, deploy and smoke test: {told}"
    )
