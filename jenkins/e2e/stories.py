"""The four builds: which commit, which branch, and what must hold when it has ended."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jenkins.e2e.site import OVERLAY, Site
from jenkins.e2e.watch import Check
from testkit.load import Load
from testkit.pipeline.build import Build


@dataclass(frozen=True)
class Ended:
    """A build that has ended, and what goes with it.

    before: what was released when it began, as the site names it.
    load: the visits meanwhile, where there were any.
    """

    build: Build
    commit: str
    before: str
    site: Site
    load: Load | None


@dataclass(frozen=True)
class Story:
    """One build.

    files: what its commit changes, text by path; nothing builds the commit before once more.
    layers: whether the test layers run for real.
    plans: whether an AWS account is there.
    trusted: whether it gets credentials.
    visited: whether a link is followed all the time; there must be a release before it.
    """

    number: int
    name: str
    checks: Callable[[Ended], Iterator[Check]]
    files: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    branch: str = "main"
    layers: bool = False
    plans: bool = False
    trusted: bool = True
    visited: bool = False


def stories(site: Site) -> list[Story]:
    """Return the builds in their order."""
    kustomization = f"{OVERLAY}/kustomization.yaml"
    return [
        Story(1, "change", _change, files={kustomization: site.overlay()}, layers=True),
        Story(
            2,
            "pull-request",
            _pull_request,
            files={_OVERRIDE: _WHAT_MOTO_LACKS},
            changes=(_OVERRIDE,),
            branch="PR-7",
            trusted=False,
        ),
        Story(3, "infrastructure", _infrastructure, changes=(_OVERRIDE,), plans=True),
        Story(
            4,
            "bad-release",
            _bad_release,
            files={kustomization: site.overlay(_TOO_LITTLE_MEMORY)},
            changes=(kustomization,),
            visited=True,
        ),
    ]


def _change(ended: Ended) -> Iterator[Check]:
    yield from _released(ended)
    yield from _secret(ended)


def _pull_request(ended: Ended) -> Iterator[Check]:
    yield _result(ended, "SUCCESS")
    ran = ended.build.ran
    yield _is("the plan was rehearsed", "Plan rehearsal" in ran, f"ran {ran}")
    yield _is("nothing went out", "Release" not in ran, f"ran {ran}")
    asked = ended.build.events("credentials")
    yield _is("no credential was asked for", not asked, str(asked))


def _infrastructure(ended: Ended) -> Iterator[Check]:
    yield from _released(ended)
    questions = ended.build.events("input")
    yield _is("somebody was asked, and approved", [one["user"] for one in questions] == ["alice"], str(questions))
    there = ended.site.account.resources()
    yield _is(f"the plan was applied: the state has {there} resources", there > _FEW, f"the state has {there}")
    yield from _secret(ended)


def _bad_release(ended: Ended) -> Iterator[Check]:
    yield _result(ended, "FAILURE")
    stages = ended.build.stages
    yield _is("the deployment failed, and says so", stages.get("Deploy") == "FAILURE", str(ended.build))
    back = "the last good release runs again"
    yield _is(f'the log says "{back}"', back in ended.build.log, "it does not")
    yield _is("nobody looked at the site as if it had been released", "Smoke test" not in ended.build.ran, str(stages))
    served = ended.site.version()
    yield _is("the release before serves again", served == ended.before, f"the site is {served}, not {ended.before}")
    if ended.load:
        yield _is(f"no visit failed: {ended.load.summary()}", ended.load.failed == 0 < ended.load.attempted, "some did")


def _released(ended: Ended) -> Iterator[Check]:
    yield _result(ended, "SUCCESS")
    if ended.build.result != "SUCCESS":
        return  # there may be no site to ask
    served = ended.site.version()
    yield _is("the site is this commit", served == ended.commit[:12], f"it is {served}, not {ended.commit[:12]}")
    pushed = {one["environment"].get("IMAGE") for one in ended.build.events("sh", "Deploy")}
    runs = ended.site.image()
    yield _is("what runs is the digest that the push returned", pushed == {runs}, f"{runs} runs, {pushed} was pushed")


def _secret(ended: Ended) -> Iterator[Check]:
    shown = ended.site.login.password in ended.build.log
    yield _is("the registry's password is not in the log", not shown, "it is")


def _result(ended: Ended, wanted: str) -> Check:
    return _is(f"the build is {wanted}", ended.build.result == wanted, str(ended.build))


def _is(claim: str, true: bool, found: str) -> Check:
    return Check(claim, "" if true else found)


# A whole environment is more; an apply that stopped on its way is less.
_FEW = 50

_OVERRIDE = "terraform/modules/eks/emulator_override.tf"
_WHAT_MOTO_LACKS = (
    "# What moto knows nothing of is planned by the Terraform layer, and left out of what is applied here.\n"
    + "".join(
        f'\nresource "{kind}" "{name}" {{\n  for_each = {{}}\n}}\n'
        for kind, name in (
            ("aws_eks_addon", "before_nodes"),
            ("aws_eks_addon", "on_nodes"),
            ("aws_eks_access_entry", "this"),
            ("aws_eks_access_policy_association", "this"),
            ("aws_eks_pod_identity_association", "this"),
        )
    )
)

# It passes every layer, since only this site's overlay has it.
_TOO_LITTLE_MEMORY = """
patches:
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: webapp
        namespace: strata
      spec:
        template:
          spec:
            containers:
              - name: web
                resources:
                  requests: {memory: 24Mi}
                  limits: {memory: 24Mi}
"""
