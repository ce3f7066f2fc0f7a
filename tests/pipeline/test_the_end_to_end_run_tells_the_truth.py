"""Does `make e2e` call nothing green that did not run, or did not come out as it must?"""

import io
import re
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from jenkins.e2e import session, stories, watch
from jenkins.e2e.site import Site
from jenkins.e2e.stories import Ended
from jenkins.e2e.watch import Check, Row, Watch
from testkit.pipeline.build import Build
from tests.pipeline.conftest import Run
from tests.pipeline.support.site import APPLY, DEPLOY, LAYERS, PUSHED, ROOT, SMOKE, Given, red


@dataclass(frozen=True)
class Place:
    """A site that says what it is told to say."""

    version_: str
    image_: str = PUSHED
    login: Any = None
    account: Any = None

    def version(self) -> str:
        return self.version_

    def image(self) -> str:
        return self.image_


class _Login:
    password = "no-such-word"


class _Account:
    def resources(self) -> int:
        return 77


PLACE = Place("4f1c0d2b7a9e", login=_Login(), account=_Account())
COMMIT = "4f1c0d2b7a9e4f1c0d2b7a9e4f1c0d2b7a9e4f1c"


def ended(build: Build, place: Place = PLACE, before: str = "0123456789ab") -> Ended:
    return Ended(build, COMMIT, before, cast(Site, place), None)


def wrong(checks: Any) -> list[str]:
    return [check.claim for check in checks if check.wrong]


def test_a_layer_that_is_left_out_does_not_look_passed() -> None:
    """Red: the table says that all layers have passed, and none of them has run."""
    lines: list[str] = []
    told = Watch(io.StringIO(), lines.append, left_out=["make test-k8s"])
    for event in (
        {"event": "start", "stage": "Kubernetes"},
        {"event": "sh", "stage": "Kubernetes", "script": "make test-k8s"},
        {"event": "finish", "stage": "Kubernetes", "result": "SUCCESS"},
    ):
        told.hear(event)
    assert [(stage, result) for stage, result, _ in told.stages] == [("Kubernetes", "left out")]
    assert not any("SUCCESS" in line for line in lines), lines


def test_every_layer_of_the_pipeline_can_be_left_out(run: Run) -> None:
    """Red: a build that is to take three minutes runs a layer of twenty, or a layer is never run for real."""
    known = {f"make test-{name}" for name in session.LAYERS}
    assert set(LAYERS.values()) <= known, f"docs/layers.toml lacks {sorted(set(LAYERS.values()) - known)}"


def test_a_release_that_is_another_one_is_noticed(run: Run) -> None:
    """Red: the end-to-end run is green, and what runs is what ran before."""
    build = run(Given())
    assert not wrong(stories._infrastructure(ended(build))), "a good build is found wrong"
    assert wrong(stories._infrastructure(ended(build, replace(PLACE, version_="0123456789ab"))))
    assert wrong(stories._infrastructure(ended(build, replace(PLACE, image_="x/strata@sha256:" + "3" * 64))))


@pytest.mark.parametrize("script", [APPLY, DEPLOY, SMOKE])
def test_a_red_build_is_noticed_where_a_green_one_is_wanted(run: Run, script: str) -> None:
    """Red: the same, because a stage failed."""
    assert wrong(stories._infrastructure(ended(run(Given(verbs=red(script))))))


def test_a_rollback_that_did_not_happen_is_noticed(run: Run) -> None:
    """Red: the failed release goes on serving, or nothing serves, and the run calls that a rollback."""
    back = {DEPLOY: {"code": 2, "output": "deploy: x does not run; the last good release runs again."}}
    build = run(Given(verbs=back))
    there = replace(PLACE, version_="0123456789ab")
    assert not wrong(stories._bad_release(ended(build, there))), "a rollback is found wrong"
    assert wrong(stories._bad_release(ended(build, PLACE))), "the site is the failed release"
    assert wrong(stories._bad_release(ended(run(Given(verbs=red(DEPLOY))), there))), "nothing was rolled back"
    assert wrong(stories._bad_release(ended(run(Given()), there))), "the release did not fail"


def test_a_pull_request_that_goes_out_is_noticed(run: Run) -> None:
    """Red: a pull request is released with the run looking on."""
    assert not wrong(stories._pull_request(ended(run(Given(branch="PR-7")))))
    assert wrong(stories._pull_request(ended(run(Given()))))


def test_one_wrong_claim_makes_the_run_red() -> None:
    """Red: the table says WRONG, and `make e2e` ends with 0."""
    row = Row("1-change", "SUCCESS", 1.0, [], [Check("this"), Check("that", "it is not")])
    assert not row.good
    assert "WRONG that: it is not" in watch.table([row])


def test_what_is_left_out_of_the_apply_exists() -> None:
    """Red: a resource has another name now, and the apply stops for minutes at what the emulator does not have."""
    declared = {
        found
        for file in (ROOT / "terraform/modules/eks").glob("*.tf")
        for found in re.findall(_RESOURCE, file.read_text())
    }
    named = set(re.findall(_RESOURCE, stories._WHAT_MOTO_LACKS))
    assert named <= declared, f"modules/eks has no {sorted(named - declared)}"


_RESOURCE = r'resource "(\w+)" "(\w+)"'
