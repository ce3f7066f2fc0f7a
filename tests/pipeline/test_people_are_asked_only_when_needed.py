"""Is a person asked when a plan needs one, by a question that cannot hurt, and else not at all?"""

import pytest

from tests.pipeline.conftest import Run
from tests.pipeline.support.site import APPLY, DEPLOY, VERDICT, Given


def test_a_plan_that_needs_approval_is_asked_about(run: Run) -> None:
    """Red: something is destroyed, and nobody was asked."""
    build = run(Given())
    assert [one["stage"] for one in build.events("input")] == ["Approve"], f"nobody was asked: {build}"


@pytest.mark.parametrize("verdict", ["ok"])
def test_a_plan_without_danger_asks_nobody(run: Run, verdict: str) -> None:
    """Red: people approve twenty plans a day without reading them, and then the one that mattered."""
    build = run(Given(verbs={VERDICT: {"output": f"{verdict}\n"}}))
    assert not build.events("input"), "somebody is asked about a plan that needs nobody"
    assert [script for script in build.commands() if script in (APPLY, DEPLOY)] == [APPLY, DEPLOY], f"{build}"


def test_the_question_names_who_may_answer(run: Run) -> None:
    """Red: whoever can see the build can let it through."""
    (question,) = run(Given()).events("input")
    assert question["submitters"] == ["strata-approvers"], f"submitters: {question['submitters']}"


def test_no_agent_waits_for_a_person(run: Run) -> None:
    """Red: the agents are all taken by builds that wait until tomorrow."""
    (question,) = run(Given()).events("input")
    assert question["held"] is None, f"the agent {question['held']} is held while somebody thinks"


def test_the_question_has_an_end(run: Run) -> None:
    """Red: a plan of last week is approved today, in a world that has moved on."""
    limits = run(Given()).events("timeout", "Approve")
    assert limits, "the stage Approve has no timeout of its own"
