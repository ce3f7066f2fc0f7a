"""A site on which everything is green: what each verb of the Makefile answers there, and who says what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from testkit.pipeline.build import Build
from testkit.pipeline.scenario import Answer, Command, Scenario

ROOT = Path(__file__).resolve().parents[3]
JENKINSFILE = ROOT / "Jenkinsfile"

COMMIT = "4f1c0d2b7a9e4f1c0d2b7a9e4f1c0d2b7a9e4f1c"
IMAGE_ID = "sha256:" + "1" * 64
PUSHED = "registry.strata.example.org/strata@sha256:" + "2" * 64

SECRETS: dict[str, str | dict[str, str]] = {
    "strata-registry": {"username": "pusher", "password": "registry-s3cret"},
    "strata-aws-plan": {"username": "PLANKEY", "password": "plan-s3cret"},
    "strata-aws-apply": {"username": "APPLYKEY", "password": "apply-s3cret"},
    "strata-kubeconfig": "kubeconfig-s3cret",
}

LAYERS = {
    "Unit": "make test-unit",
    "Container": "make test-container",
    "Kubernetes": "make test-k8s",
    "Terraform": "make test-terraform",
    "Pipeline": "make test-pipeline",
}
"""Each layer's stage and command, in the file's order."""

REPORTS = {
    "Unit": "reports/unit.xml",
    "Container": "reports/container.xml",
    "Kubernetes": "reports/k8s.xml",
    "Terraform": "reports/terraform.xml",
    "Pipeline": "reports/pipeline.xml",
}

PASSED = "<testsuite><testcase name='one'/></testsuite>"
FAILED = "<testsuite><testcase name='one'><failure message='no'/></testcase></testsuite>"

PUSH = "make -s push"
REHEARSE = "make plan-review ENV=$ENVIRONMENT"
PLAN = "make plan-review ENV=$ENVIRONMENT ACCOUNT=yes"
VERDICT = "make -s plan-verdict ENV=$ENVIRONMENT"
APPLY = "make plan-apply ENV=$ENVIRONMENT"
DEPLOY = "make release ENV=$ENVIRONMENT"
SMOKE = "make smoke ENV=$ENVIRONMENT"
REPORT = "make report"
CHANGING = (PUSH, APPLY, DEPLOY)
"""What other people notice."""

_IMAGE = ".strata/image/image.tar"
_PLAN = ".strata/plans/staging.tfplan"
_REVIEW = {"reports/plan-review/staging/index.html": "<html>", "reports/plan-review/staging/verdict.json": "{}"}

_CHECKED_OUT = "Makefile"


def _verbs() -> list[Command]:
    layers = [
        Command(
            script,
            files={
                REPORTS[stage]: PASSED,
                **({"reports/coverage.xml": "<coverage line-rate='0.97'/>"} if stage == "Unit" else {}),
            },
        )
        for stage, script in LAYERS.items()
    ]
    found = [
        Command("make preflight"),
        Command("make lint"),
        Command("make image", files={_IMAGE: "layers", ".strata/image/image.json": "{}"}),
        Command("make -s image-id", output=f"{IMAGE_ID}\n", needs=[_IMAGE]),
        Command("make image-load", needs=[_IMAGE]),
        *layers,
        Command(PUSH, output=f"{PUSHED}\n", needs=[_IMAGE]),
        Command(REHEARSE, files=_REVIEW),
        Command(PLAN, files={**_REVIEW, _PLAN: "binary"}),
        Command(VERDICT, output="needs approval\n", needs=["reports/plan-review/staging/verdict.json"]),
        Command(APPLY, needs=[_PLAN, "reports/plan-review/staging/verdict.json"]),
        Command(DEPLOY),
        Command(SMOKE, files={"reports/smoke.xml": PASSED}),
        Command(REPORT, files={"reports/index.html": "<html>"}),
    ]
    return [replace(one, needs=[_CHECKED_OUT, *one.needs]) for one in found]


VERBS = {one.script: one for one in _verbs()}


@dataclass(frozen=True)
class Given:
    """How a build differs from a green one of main in which terraform/ has changed and alice approves.

    verbs: what a verb does otherwise, by its script, as fields of Command.
    """

    branch: str = "main"
    verbs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[str] = ("terraform/modules/vpc/main.tf",)
    approval: Answer = field(default_factory=lambda: Answer("alice", groups=["strata-approvers"]))

    def scenario(self, text: str) -> Scenario:
        """Return it with a Jenkinsfile."""
        verbs = {**VERBS, **{script: replace(VERBS[script], **other) for script, other in self.verbs.items()}}
        return Scenario(
            text,
            environment={"BRANCH_NAME": self.branch, "GIT_COMMIT": COMMIT, **self.environment},
            parameters=self.parameters,
            changes=self.changes,
            credentials=SECRETS,
            inputs={"Approve": self.approval},
            scm={_CHECKED_OUT: "all:"},
            commands=list(verbs.values()),
        )


def red(script: str, **other: Any) -> dict[str, dict[str, Any]]:
    """Return what makes a verb fail."""
    return {script: {"code": 2, **other}}


def outside(build: Build) -> list[str]:
    """Return the commands of the build that other people notice."""
    return [script for script in build.commands() if script in CHANGING]


def seen(build: Build, script: str, variable: str) -> str | None:
    """Return the value of a variable as a command saw it; fails where the command did not run."""
    found = [one for one in build.events("sh") if one["script"] == script]
    assert found, f"`{script}` did not run: {build}"
    value: str | None = found[0]["environment"].get(variable)
    return value
