"""`python -m testkit.plan_review`: review a Terraform plan, and apply only what was reviewed.

Exit codes: 0 ok; 3 needs approval; 4 refused; 2 wrong arguments. `apply` hands on Terraform's own when that fails.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from testkit.plan import Plan, PlanError
from testkit.plan import documents as plan_documents
from testkit.plan_review import binary, gate
from testkit.plan_review.documents import MAX_AGE, refusal
from testkit.plan_review.report import markdown, page, terminal
from testkit.plan_review.reviews import OverrideError, Review, Settings, as_data
from testkit.plan_review.rules import RULES, STATE_LOSS
from testkit.plan_review.terraform import Terraform
from testkit.plan_review.verdicts import Finding, Verdict
from testkit.terraform import NoTerraform, TerraformFailed

_NOBODY_KNOWS = "What it would do nobody knows."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (UsageError, OverrideError) as error:
        print(f"plan_review: {error}", file=sys.stderr)
        return 2


class UsageError(ValueError):
    """The arguments do not fit together."""


def review(options: argparse.Namespace) -> int:
    """Make the plan unless it is given, judge it, and write the reports."""
    out: Path = options.out / (options.name or options.chdir.resolve().name)
    plan: Path = options.plan or Path(".strata", "plans", f"{out.name}.tfplan")
    if plan.resolve().is_relative_to(options.out.resolve()):
        raise UsageError(f"{plan} lies among the reports, which are archived; a plan holds secrets: put it elsewhere")
    with _terraform(options) as terraform:
        done = _review(options, terraform, plan, out.name)
    _write(done, out)
    print(terminal.render(done), end="")
    print(f"\n{out / 'index.html'}")
    return int(done.verdict)


def check(options: argparse.Namespace) -> int:
    """Say whether the plan may be applied."""
    with _passed(options) as (plan, code):
        if plan:
            print(f"ok: {options.plan} is the plan that was reviewed")
        return code


def apply(options: argparse.Namespace) -> int:
    """Apply the plan, if it may be."""
    with _passed(options) as (plan, code):
        return Terraform(options.chdir, options.terraform).apply(plan) if plan else code


@contextmanager
def _terraform(options: argparse.Namespace) -> Iterator[Terraform]:
    """Terraform in the root module, or in a copy of it that needs no account."""
    if options.rehearse is None:
        yield Terraform(options.chdir, options.terraform)
        return
    tree = options.rehearse.resolve()
    if options.plan or not options.chdir.resolve().is_relative_to(tree):
        raise UsageError("--rehearse TREE makes a plan of its own, of a root module inside of TREE")
    # Only a rehearsal needs tftest, which not everybody has who reviews plans.
    from testkit.terraform.working import prepare  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="rehearsal-") as scratch:
        try:
            working = prepare(tree, str(options.chdir.resolve().relative_to(tree)), Path(scratch))
        except (NoTerraform, TerraformFailed) as error:
            raise UsageError(str(error)) from None
        yield Terraform(working.folder, options.terraform, working.tftest.env)


def _review(options: argparse.Namespace, terraform: Terraform, plan: Path, name: str) -> Review:
    settings = Settings(
        title=name,
        rehearsal=options.rehearse is not None,
        max_age=timedelta(hours=options.max_age_hours),
        allowed=frozenset(options.allow) | {(STATE_LOSS, address) for address in options.allow_destroy},
    )
    failed: list[Finding] = []
    try:
        if options.plan is None:
            failed = _make(terraform, plan, options)
        with binary.sealed(plan) as copy:
            settings = Settings(**{**vars(settings), "sha256": copy.sha256})
            document = plan_documents.parse(terraform.show(copy), str(plan))
            stale = gate.moved_on(copy.state, terraform.state())
    except (binary.NoPlan, PlanError, TerraformFailed) as error:
        # No override may fit a plan that could not be read.
        unread = Settings(**{**vars(settings), "allowed": frozenset()})
        return Review.refused(failed[0] if failed else refusal("unreadable", str(error), _NOBODY_KNOWS), unread)
    more = [*failed, *([refusal("stale", stale, "The world has moved on since.")] if stale else [])]
    return Review(Plan(document), settings, more)


def _make(terraform: Terraform, plan: Path, options: argparse.Namespace) -> list[Finding]:
    try:
        if not (terraform.folder / ".terraform").is_dir():
            terraform.init(*(f"-backend-config={file}" for file in options.backend_config))
        terraform.plan(plan, options.arguments)
    except TerraformFailed as error:
        # An errored plan may be there all the same, and tells how far Terraform got.
        print(error, file=sys.stderr)
        return [refusal("errored", "terraform plan failed; its own words are in the log", _NOBODY_KNOWS)]
    return []


def _write(done: Review, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(page.render(done), encoding="utf-8")
    (out / "review.md").write_text(markdown.render(done), encoding="utf-8")
    (out / "verdict.json").write_text(json.dumps(as_data(done), indent=2) + "\n", encoding="utf-8")


@contextmanager
def _passed(options: argparse.Namespace) -> Iterator[tuple[binary.Sealed | None, int]]:
    """Give the plan if nothing speaks against it, else None and the exit code; the reasons are printed."""
    try:
        verdict = json.loads(options.verdict.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{options.verdict} is no verdict of a review: {error}") from None
    try:
        with binary.sealed(options.plan) as plan:
            state = Terraform(options.chdir, options.terraform).state() if options.chdir else None
            against = list(gate.problems(verdict, plan, datetime.now(UTC), state, options.approved_by))
            for severity, reason in against:
                print(f"{severity.words}: {reason}", file=sys.stderr)
            yield (None, int(max(severity for severity, _ in against))) if against else (plan, 0)
    except (binary.NoPlan, TerraformFailed) as error:
        print(f"refused: {error}", file=sys.stderr)
        yield None, int(Verdict.REFUSED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m testkit.plan_review", description="Review a Terraform plan.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("review", help="make the plan, or take one, and judge it")
    one.set_defaults(run=review)
    _common(one, chdir_required=True)
    one.add_argument("--plan", type=Path, help="a binary plan that is there already")
    one.add_argument("--rehearse", type=Path, metavar="TREE", help="plan a copy of TREE, without account and state")
    one.add_argument("--backend-config", action="append", default=[], metavar="FILE", help="of init, seen from --chdir")
    one.add_argument("--name", help="what the reports are called; the root module's folder")
    one.add_argument("--out", type=Path, default=Path("reports/plan-review"), help="reports/plan-review")
    one.add_argument("--max-age-hours", type=float, default=MAX_AGE.total_seconds() / 3600, metavar="N", help="24")
    one.add_argument("--allow", action="append", default=[], type=_override, metavar="RULE=ADDRESS")
    one.add_argument("--allow-destroy", action="append", default=[], metavar="ADDRESS", help=f"{STATE_LOSS}=ADDRESS")
    one.add_argument("arguments", nargs="*", help="after --: more arguments of terraform plan")

    for run, words in ((check, "compare a plan with its review"), (apply, "check it, and apply exactly these bytes")):
        command = commands.add_parser(run.__name__, help=words)
        command.set_defaults(run=run)
        _common(command, chdir_required=run is apply)
        command.add_argument("--plan", type=Path, required=True)
        command.add_argument("--verdict", type=Path, required=True, help="verdict.json of the review")
        command.add_argument("--approved-by", default="", metavar="NAME", help="who has looked at it")
    return parser


def _common(parser: argparse.ArgumentParser, *, chdir_required: bool) -> None:
    parser.add_argument("--chdir", type=Path, required=chdir_required, help="folder of the root module")
    parser.add_argument("--terraform", default="terraform", metavar="PROGRAM")


def _override(text: str) -> tuple[str, str]:
    rule, separator, address = text.partition("=")
    if not (separator and address) or rule not in {each.name for each in RULES}:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no RULE=ADDRESS; the rules are {', '.join(r.name for r in RULES)}"
        )
    return rule, address


if __name__ == "__main__":
    sys.exit(main())
