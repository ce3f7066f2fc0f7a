"""Is a plan made, read and refused as it should be, and does it stay out of what is archived?"""

import stat
from pathlib import Path

import pytest

from tests.unit.testkit.plan_review import golden
from tests.unit.testkit.plan_review.stand import Stand

MADE = Path(".strata/plans/production.tfplan")


def test_a_plan_is_made_where_only_its_owner_reads_it(stand: Stand) -> None:
    """If red, every user of the CI server reads the passwords in the plan."""
    stand.write(golden.many(2), stand.root / "next.tfplan")
    code, said = stand.run("review", "--out", str(stand.reports), "--", "-var=x=1")
    assert code == 0, said
    mode = stat.S_IMODE(MADE.stat().st_mode)
    assert mode == 0o600, f"the plan has mode {mode:o}: others can read it"
    assert [call.split()[0] for call in stand.calls] == ["plan", "show", "state"]


def test_reports_hold_neither_the_plan_nor_its_json(stand: Stand) -> None:
    """If red, the archived reports carry every secret of the account."""
    stand.write(golden.secret_values())
    stand.review()
    files = {file.name: file.read_bytes() for file in stand.reports.rglob("*") if file.is_file()}
    assert set(files) == {"index.html", "review.md", "verdict.json"}
    assert not [name for name, content in files.items() if golden.PASSWORD.encode() in content]


def test_a_plan_among_the_reports_is_refused(stand: Stand) -> None:
    """If red, whoever archives the reports archives the plan."""
    stand.plan = stand.reports / "p.tfplan"
    stand.reports.mkdir()
    stand.write(golden.no_op())
    code, said = stand.review()
    assert code == 2, f"a plan among the reports is taken: {said}"
    assert "a plan holds secrets" in said


def test_an_uninitialised_folder_is_initialised(stand: Stand) -> None:
    """If red, the first review on a clean clone fails."""
    (stand.root / ".terraform").rmdir()
    stand.write(golden.no_op(), stand.root / "next.tfplan")
    assert stand.run("review", "--out", str(stand.reports))[0] == 0
    assert stand.calls[0] == "init"


def test_the_backend_is_the_one_that_was_named(stand: Stand) -> None:
    """If red, the plan is made without the environment's state: everything is to be created once more."""
    (stand.root / ".terraform").rmdir()
    stand.write(golden.no_op(), stand.root / "next.tfplan")
    code, said = stand.run("review", "--backend-config", "backend.hcl", "--out", str(stand.reports))
    assert code == 0, said
    assert stand.calls[0] == "init -backend-config=backend.hcl", f"Terraform was called with `{stand.calls[0]}`"


@pytest.mark.parametrize("partial", [False, True])
def test_a_plan_that_fails_is_refused(stand: Stand, partial: bool) -> None:
    """If red, a pipeline goes on with half a plan, or with the one of last time."""
    MADE.parent.mkdir(parents=True)
    stand.write(golden.no_op(), MADE)
    (stand.root / "fails").touch()
    if partial:
        stand.write(golden.errored(), stand.root / "next.tfplan")
    code, said = stand.run("review", "--out", str(stand.reports))
    assert code == 4, said
    assert "the provider has said no" in said
    assert stand.verdict["verdict"] == "refused"
    assert MADE.exists() is partial


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read"), (b"no zip", "is no plan that"), (b"", "is no plan that")]
)
def test_a_file_that_is_no_plan_is_refused(stand: Stand, content: bytes | None, message: str) -> None:
    """If red, a review of nothing says ok."""
    if content is not None:
        stand.plan.write_bytes(content)
    code, said = stand.review()
    assert (code, message in said) == (4, True), said
    assert stand.verdict["plan_sha256"] == ""


def test_an_unknown_format_is_refused(stand: Stand) -> None:
    """If red, a new Terraform's plan is judged by what its fields meant before."""
    stand.write(golden.no_op() | {"format_version": "2.0"})
    code, said = stand.review()
    assert (code, "plan format version 2.0" in said) == (4, True), said
