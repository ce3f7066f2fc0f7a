"""Does the runner do things in the order in which Jenkins does them?"""

from pathlib import Path

import pytest

from testkit.pipeline.build import Build
from testkit.pipeline.runner import Runner
from testkit.pipeline.scenario import Answer, Command, Scenario

_GOOD, _BAD, _HANGS = Command("good"), Command("bad", code=1), Command("hangs", hangs=True)


def build(runner: Runner, folder: Path, stages: str, **given: object) -> Build:
    """Run stages without anything around them."""
    text = f"pipeline {{\n agent none\n {given.pop('before', '')}\n stages {{\n{stages}\n }}\n}}"
    given = {"environment": {"BRANCH_NAME": "main"}, "commands": [_GOOD, _BAD, _HANGS], **given}
    return runner.run(Scenario(text, **given), folder)  # type: ignore[arg-type]


def test_post_conditions_run_in_their_own_order(runner: Runner, tmp_path: Path) -> None:
    """Red: a clean-up that comes last in Jenkins comes first here, and a missing file is found only there."""
    conditions = ("cleanup", "failure", "unsuccessful", "success", "always")
    post = f"post {{ {'; '.join(f'{name} {{ echo `{name}` }}' for name in conditions)} }}".replace("`", "'")
    done = build(runner, tmp_path, f"stage('One') {{ agent any; steps {{ sh 'bad' }}; {post} }}")
    assert [one["condition"] for one in done.events("post")] == ["always", "unsuccessful", "failure", "cleanup"]


def test_post_runs_on_the_agent_of_its_stage(runner: Runner, tmp_path: Path) -> None:
    """Red: reports are looked for on another machine than the one that wrote them."""
    done = build(
        runner, tmp_path, "stage('One') { agent { label 'x' }; steps { sh 'good' }; post { always { sh 'good' } } }"
    )
    assert [one["agent"] for one in done.events("sh")] == ["x", "x"]


def test_a_recorder_marks_and_does_not_stop(runner: Runner, tmp_path: Path) -> None:
    """Red: a pipeline that relies on `junit` as its gate is green here as a gate, and none in Jenkins."""
    report = "<t><testcase><failure/></testcase></t>"
    one = f"stage('One') {{ agent any; steps {{ writeFile file: 'r.xml', text: '{report}'; junit 'r.xml' }} }}"
    done = build(runner, tmp_path, f"{one}\nstage('Two') {{ agent any; steps {{ sh 'good' }} }}")
    assert (done.result, "Two" in done.ran) == ("UNSTABLE", True), str(done)


@pytest.mark.parametrize(("option", "ran"), [("skipStagesAfterUnstable()", False), ("timestamps()", True)])
def test_unstable_skips_only_where_asked(runner: Runner, tmp_path: Path, option: str, ran: bool) -> None:
    """Red: the same, with the option that is there for it."""
    stages = "stage('One') { steps { unstable 'so so' } }\nstage('Two') { steps { echo 'two' } }"
    done = build(runner, tmp_path, stages, before=f"options {{ {option} }}")
    assert ("Two" in done.ran) is ran, str(done)


def test_catch_error_goes_on(runner: Runner, tmp_path: Path) -> None:
    """Red: a gate inside of catchError is none, and here it looks like one."""
    stages = (
        "stage('One') { agent any; steps { catchError { sh 'bad' } } }\nstage('Two') { agent any; steps { sh 'good' } }"
    )
    done = build(runner, tmp_path, stages)
    assert (done.result, "Two" in done.ran) == ("FAILURE", True), str(done)


def test_fail_fast_interrupts_the_other_branches(runner: Runner, tmp_path: Path) -> None:
    """Red: post conditions of interrupted branches meet nothing here, and an empty workspace in Jenkins."""
    post = "post { aborted { echo 'aborted' } }"
    good = f"stage('Two') {{ agent any; steps {{ sh 'good' }}; {post} }}"
    branches = f"stage('One') {{ agent any; steps {{ sh 'bad' }} }}\n{good}"
    done = build(runner, tmp_path, f"stage('All') {{ failFast true; parallel {{ {branches} }} }}")
    assert done.stages == {"One": "FAILURE", "Two": "ABORTED", "All": "FAILURE"}, str(done)
    assert done.commands("Two") == [], "the interrupted branch went on"
    assert [one["condition"] for one in done.events("post", "Two")] == ["aborted"]


def test_without_fail_fast_the_other_branches_go_on(runner: Runner, tmp_path: Path) -> None:
    """Red: one red layer hides what the others would have said."""
    branches = "stage('One') { agent any; steps { sh 'bad' } }\nstage('Two') { agent any; steps { sh 'good' } }"
    done = build(runner, tmp_path, f"stage('All') {{ parallel {{ {branches} }} }}")
    assert done.stages == {"One": "FAILURE", "Two": "SUCCESS", "All": "FAILURE"}, str(done)


@pytest.mark.parametrize(("flag", "agents"), [("beforeAgent true; ", []), ("", ["any"])])
def test_when_comes_before_or_after_the_agent(runner: Runner, tmp_path: Path, flag: str, agents: list[str]) -> None:
    """Red: an agent is started only to learn that there is nothing to do."""
    done = build(
        runner, tmp_path, f"stage('One') {{ when {{ {flag}branch 'other' }}; agent any; steps {{ sh 'good' }} }}"
    )
    assert done.stages == {"One": "skipped: when conditional"}
    assert [one["label"] for one in done.events("agent")] == agents


def test_a_question_comes_before_the_agent(runner: Runner, tmp_path: Path) -> None:
    """Red: an agent is held here while somebody thinks, and not there, or the other way round."""
    question = "options { timeout(5) }; input { message 'Now?'; submitter 'ops' }"
    stage = f"stage('Ask') {{ {question}; agent any; steps {{ sh 'good' }} }}"
    done = build(runner, tmp_path, stage, inputs={"Ask": Answer("alice", groups=["ops"])})
    assert [one["event"] for one in done.history if one["event"] in {"input", "agent", "sh"}] == [
        "input",
        "agent",
        "sh",
    ]


def test_a_timeout_aborts(runner: Runner, tmp_path: Path) -> None:
    """Red: a hanging command is a failure here, and post conditions for `aborted` are never tried."""
    done = build(runner, tmp_path, "stage('One') { agent any; options { timeout(5) }; steps { sh 'hangs' } }")
    assert (done.result, done.error) == ("ABORTED", "Timeout has been exceeded")


def test_a_command_that_hangs_without_a_timeout_is_told(runner: Runner, tmp_path: Path) -> None:
    """Red: an agent is lost for the night."""
    done = build(runner, tmp_path, "stage('One') { agent any; steps { sh 'hangs' } }")
    assert "no timeout is around it" in (done.error or ""), str(done)


def test_a_block_wins_over_an_assignment(runner: Runner, tmp_path: Path) -> None:
    """Red: a variable has another value in Jenkins than here."""
    steps = "script { env.A = 'assigned'; env.B = 'assigned' }; withEnv(['A=block']) { sh 'good' }"
    done = build(runner, tmp_path, f"stage('One') {{ agent any; steps {{ {steps} }} }}")
    (seen,) = done.events("sh")
    assert (seen["environment"]["A"], seen["environment"]["B"]) == ("block", "assigned")


def test_retry_tries_again_and_gives_up(runner: Runner, tmp_path: Path) -> None:
    """Red: a retry hides a failure for ever, or does nothing."""
    done = build(runner, tmp_path, "stage('One') { agent any; steps { retry(3) { sh 'bad' } } }")
    assert (done.result, done.commands()) == ("FAILURE", ["bad"] * 3)


def test_retry_of_a_stage_takes_its_post_conditions_along(runner: Runner, tmp_path: Path) -> None:
    """Red: what the first try left is there for the second one here, and cleaned up there, or the other way round."""
    stage = "agent any; options { retry(2) }; steps { sh 'bad' }; post { cleanup { sh 'good' } }"
    done = build(runner, tmp_path, f"stage('One') {{ {stage} }}")
    assert (done.result, done.commands()) == ("FAILURE", ["bad", "good"] * 2), str(done)


def test_retry_does_not_retry_what_is_skipped(runner: Runner, tmp_path: Path) -> None:
    """Red: a skipped stage takes an agent three times."""
    stage = "when { branch 'other' }; agent any; options { retry(3) }; steps { sh 'good' }"
    done = build(runner, tmp_path, f"stage('One') {{ {stage} }}")
    assert (done.result, len(done.events("agent"))) == ("SUCCESS", 1), str(done)


def test_a_secret_is_masked_in_its_block_alone(runner: Runner, tmp_path: Path) -> None:
    """Red: somebody relies on masking where Jenkins does none."""
    block = "withCredentials([string(credentialsId: 'x', variable: 'X')])"
    steps = f"{block} {{ echo 's3cret'; script {{ env.KEPT = env.X }} }}; echo env.KEPT"
    done = build(runner, tmp_path, f"stage('One') {{ steps {{ {steps} }} }}", credentials={"x": "s3cret"})
    assert done.log.splitlines()[-2:] == ["****", "s3cret"], done.log


def test_a_secret_in_a_groovy_string_is_told(runner: Runner, tmp_path: Path) -> None:
    """Red: the secret is in the process list of the agent, and nobody was warned."""
    steps = "withCredentials([string(credentialsId: 'x', variable: 'X')]) { sh \"login ${X}\" }"
    done = build(runner, tmp_path, f"stage('One') {{ agent any; steps {{ {steps} }} }}", credentials={"x": "s3cret"})
    assert [one["script"] for one in done.events("insecure")] == ["login ****"]


def test_rewritten_code_does_what_groovy_does(runner: Runner, tmp_path: Path) -> None:
    """Red: the CPS transformer is not Jenkins', and code is right here and wrong there."""
    helper = 'def twice(x) { echo "twice $x"; x * 2 }\n'
    script = (
        'def found = []; for (x in [1, 2]) { found << twice(x) }; [3].each { found << twice(it) }; echo "found $found"'
    )
    text = f"{helper}pipeline {{ agent any; stages {{ stage('One') {{ steps {{ script {{ {script} }} }} }} }} }}"
    done = runner.run(Scenario(text), tmp_path)
    assert done.log.splitlines()[-1] == "found [2, 4, 6]", f"{done}\n{done.log}"
