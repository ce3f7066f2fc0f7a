"""Is it one image, and one plan, from the first test to production?"""

import re
import subprocess

import pytest

from tests.pipeline.conftest import Run
from tests.pipeline.support.site import (
    APPLY,
    DEPLOY,
    IMAGE_ID,
    LAYERS,
    PLAN,
    PUSH,
    PUSHED,
    REHEARSE,
    REPORT,
    ROOT,
    SMOKE,
    Given,
    seen,
)


def test_a_green_build_of_main_goes_all_the_way(run: Run) -> None:
    """Red: nothing is ever released, or a stage was left out on the way."""
    build = run(Given())
    assert build.result == "SUCCESS", f"{build}\n{build.log}"
    way = [
        "Preflight",
        "Lint",
        "Build image",
        *LAYERS,
        "Tests",
        "Gate",
        "Push",
        "Plan review",
        "Approve",
        "Apply",
        "Deploy",
        "Smoke test",
    ]
    ran = [name for name in build.ran if name not in {"Release", "Rollout"}]
    assert ran == way, f"wanted {way}, ran {ran}"


@pytest.mark.parametrize("script", [LAYERS["Container"], LAYERS["Kubernetes"], PUSH])
def test_layers_and_push_take_the_image_that_was_built(run: Run, script: str) -> None:
    """Red: a layer builds an image of its own, and what is pushed was tested by nobody."""
    build = run(Given())
    found = seen(build, script, "APP_IMAGE")
    assert found == IMAGE_ID, f"`{script}` saw the image {found}, and {IMAGE_ID} was built"
    stage = next(one["stage"] for one in build.events("sh") if one["script"] == script)
    before = build.commands(stage)[: build.commands(stage).index(script)]
    assert "make image-load" in before, f"{stage} runs `{script}` without loading the image that was built: {before}"


def test_the_image_is_built_once(run: Run) -> None:
    """Red: the same, by a second build that is not quite the first."""
    assert run(Given()).commands().count("make image") == 1, "the image is built more than once, or not at all"


def test_the_digest_of_the_push_is_deployed(run: Run) -> None:
    """Red: a tag is deployed, and it means another image tomorrow, or already now."""
    found = seen(run(Given()), DEPLOY, "IMAGE")
    assert found == PUSHED, f"the deployment takes the image {found}; the push returned {PUSHED}"


def test_the_plan_that_was_approved_is_applied(run: Run) -> None:
    """Red: a second plan is made after the approval, and what it does was seen by nobody."""
    build = run(Given())
    order = [script for script in build.commands() if script in (PLAN, APPLY)]
    assert order == [PLAN, APPLY], f"wanted one plan, and then its apply; there were {order}"
    story = [one.get("script") or one["event"] for one in build.history if one["event"] in {"input", "sh"}]
    assert story.index("input") < story.index(APPLY), "the plan is applied before anybody is asked"
    assert build.events("unstash", "Apply") == [
        {"event": "unstash", "stage": "Apply", "agent": "strata", "name": "plan"}
    ], "the apply does not take the plan that was stashed"


def test_the_apply_knows_who_approved(run: Run) -> None:
    """Red: the apply refuses every plan that needs approval, or nobody can say later who it was."""
    assert seen(run(Given()), APPLY, "APPROVED_BY") == "alice", "APPROVED_BY is to be whoever answered the input"


def test_every_verb_is_in_the_makefile(run: Run) -> None:
    """Red: the pipeline calls what nobody has on a laptop, and fails in a stage that few builds come to."""
    verbs = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = [*run(Given()).commands(), REHEARSE, REPORT]
    called = {next(word for word in script.split()[1:] if word != "-s") for script in commands}
    assert called <= verbs, f"the Makefile has no {', '.join(sorted(called - verbs))}"


@pytest.mark.parametrize(
    "script",
    [
        "make release ENV=staging",
        "make plan-review ENV=staging ACCOUNT=yes",
        "make plan-apply ENV=staging",
        "make smoke ENV=staging",
    ],
)
def test_verbs_go_by_the_programs_that_wait(script: str) -> None:
    """Red: the verb says done before the rollout is, or does something else than what was reviewed."""
    wanted = {
        "release": r"testkit\.kube\.deploy .*--image strata=x@sha256:1 .*--rollback-on-failure",
        "plan-review": r"testkit\.plan_review review .*--backend-config backend\.hcl",
        "plan-apply": r"init .*-backend-config=backend\.hcl.*testkit\.plan_review apply .*"
        r"--plan \.strata/plans/staging\.tfplan .*--verdict",
        "smoke": r"testkit\.delivery\.smoke .*/healthz/ready version ",
    }[script.split()[1]]
    said = subprocess.run(
        [*script.split(), "-n", "-o", "x/.dev", "VENV=x", "IMAGE=x@sha256:1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    said = said.replace("\\\n", " ")
    assert re.search(wanted, said, re.DOTALL), f"`{script}` does not run {wanted}:\n{said}"
    assert "|| true" not in said, f"`{script}` hides an exit code:\n{said}"


def test_what_is_not_a_digest_is_not_released() -> None:
    """Red: a person deploys a tag by hand, and nobody knows what runs."""
    done = subprocess.run(
        ["make", "-o", "x/.dev", "release", "VENV=x", "ENV=staging", "IMAGE=strata:latest"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0, "make release takes a tag"
    assert "by digest" in done.stderr, f"make release refuses a tag without saying so: {done.stderr}"


def test_the_site_is_asked_after_the_deployment(run: Run) -> None:
    """Red: the build is green, and the site shows an error page."""
    order = [script for script in run(Given()).commands() if script in (DEPLOY, SMOKE)]
    assert order == [DEPLOY, SMOKE], f"wanted the deployment and then the smoke test: {order}"
