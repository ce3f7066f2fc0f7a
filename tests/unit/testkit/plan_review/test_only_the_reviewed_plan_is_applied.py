"""Is exactly the plan applied that was reviewed, while it still holds, and by whom it needs?"""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.testkit.plan_review import golden
from tests.unit.testkit.plan_review.stand import Stand


def test_an_ok_is_applied_as_it_was_reviewed(stand: Stand) -> None:
    """If red, what runs against the account is another plan than the one on the page."""
    stand.write(golden.many(10))
    assert stand.review()[0] == 0
    assert stand.verdict["plan_sha256"] == stand.sha256
    assert stand.gate("check") == (0, f"ok: {stand.plan} is the plan that was reviewed\n")
    assert stand.gate("apply")[0] == 0
    assert stand.applied == stand.sha256


@pytest.mark.parametrize("command", ["check", "apply"])
def test_a_plan_that_was_changed_after_the_review_is_refused(stand: Stand, command: str) -> None:
    """If red, whoever can write into the workspace between review and apply applies what nobody has seen."""
    stand.write(golden.no_op())
    assert stand.review()[0] == 0
    stand.write(golden.many(2))
    code, said = stand.gate(command)
    assert code == 4, f"a plan file changed after the review went through: {said}"
    assert "this is not the plan that was reviewed: sha256" in said
    assert not stand.applied


def test_what_needs_approval_waits_for_a_name(stand: Stand) -> None:
    """If red, a changed IAM role goes through because nobody said no."""
    stand.write(golden.greenfield())
    assert stand.review()[0] == 3
    code, said = stand.gate("apply")
    assert (code, stand.applied) == (3, ""), said
    assert "--approved-by" in said
    assert stand.gate("apply", "--approved-by", "ada")[0] == 0
    assert stand.applied == stand.sha256


@pytest.mark.parametrize("name", ["cluster replaced", "destroyed", "group opened", "errored"])
def test_what_is_refused_is_applied_by_nobody(stand: Stand, name: str) -> None:
    """If red, an approval is enough to destroy the cluster or to open it to the world."""
    stand.write(golden.ALL[name]())
    code, said = stand.review()
    assert code == 4, f"{name}: the review does not refuse it, but says {said}"
    code, said = stand.gate("apply", "--approved-by", "ada")
    assert (code, stand.applied) == (4, ""), said
    assert "verdict is refused" in said


def test_the_override_names_the_cluster(stand: Stand) -> None:
    """If red, the one wanted destroy cannot be done by the book, and somebody does it by hand."""
    stand.write(golden.cluster_replaced())
    code, said = stand.review("--allow-destroy", golden.CLUSTER)
    assert code == 3, f"with the override it ends with {code}, and needs approval, which is 3: {said}"
    assert stand.verdict["findings"][0]["allowed"] is True
    assert stand.review("--allow", f"state-loss={golden.CLUSTER}")[0] == 3
    code, said = stand.review("--allow-destroy", "aws_vpc.other")
    assert (code, "aws_vpc.other is allowed for state-loss" in said) == (2, True), said
    with pytest.raises(SystemExit):
        stand.review("--allow", "no-such-rule=aws_vpc.a")


@pytest.mark.parametrize(
    ("serial", "lineage", "message"), [(8, "a", "serial 7, now 8"), (7, "b", "belongs to another state")]
)
def test_a_plan_of_an_older_state_is_refused(stand: Stand, serial: int, lineage: str, message: str) -> None:
    """If red, a plan is approved that Terraform will refuse, or that was made for another environment."""
    stand.write(golden.many(2))
    assert stand.review()[0] == 0
    stand.state(serial, lineage)
    code, said = stand.gate("apply")
    assert (code, stand.applied) == (4, ""), (
        f"applied, though its state has moved on to serial {serial}, lineage {lineage}"
    )
    assert message in said
    code, said = stand.review()
    assert (code, message in said) == (4, True), said


def test_an_old_review_is_refused(stand: Stand) -> None:
    """If red, an approval of last month is good for a plan about last month's world."""
    stand.write(golden.many(2))
    stand.review()
    old = stand.verdict | {"made_at": "2026-01-01T00:00:00Z"}
    stand.verdict_file.write_text(json.dumps(old))
    code, said = stand.gate("check")
    assert (code, "make it anew" in said) == (4, True), said


def test_a_rehearsal_is_never_applied(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, a plan that was made as if nothing existed is applied to an account where everything does."""
    stand.write(golden.greenfield(), stand.root / "next.tfplan")
    asked = []

    def prepare(tree: Path, root: str, scratch: Path) -> SimpleNamespace:
        asked.append((tree, root))
        return SimpleNamespace(folder=stand.root, tftest=SimpleNamespace(env=dict(os.environ)))

    monkeypatch.setitem(sys.modules, "testkit.terraform.working", SimpleNamespace(prepare=prepare))
    code, said = stand.run("review", "--out", str(stand.reports), "--rehearse", str(stand.root.parent))
    assert (code, asked) == (3, [(stand.root.parent, "production")]), said
    assert "made without an account" in said
    stand.plan = Path(".strata/plans/production.tfplan")
    code, said = stand.gate("apply", "--approved-by", "ada")
    assert (code, stand.applied) == (4, ""), "a rehearsal, made without an account, is applied"
    assert "made without an account" in said
    code, said = stand.review("--rehearse", str(stand.root.parent))
    assert (code, "makes a plan of its own" in said) == (2, True), said


@pytest.mark.parametrize("verdict", ["", "{}", '{"verdict": "ok", "exit_code": 0}'])
def test_a_verdict_that_says_too_little_lets_nothing_through(stand: Stand, verdict: str) -> None:
    """If red, an empty file is an approval."""
    stand.write(golden.no_op())
    stand.verdict_file.parent.mkdir(parents=True)
    stand.verdict_file.write_text(verdict)
    code, said = stand.gate("apply", "--approved-by", "ada")
    assert code in {2, 4}, said
    assert not stand.applied
