"""Is the plan itself fit to be judged and applied? Each answer is a finding about the plan as a whole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from testkit.plan import Plan
from testkit.plan.changes import ACTIONS
from testkit.plan_review.verdicts import Finding, Verdict

SECTION = "plan"

MAX_AGE = timedelta(hours=24)
"""A plan is a promise about the world at the time it was made."""


def findings(plan: Plan, now: datetime, max_age: timedelta = MAX_AGE) -> Iterator[Finding]:
    """Give what is wrong with the plan as a whole."""
    document = plan.document
    if document.get("errored"):
        yield refusal("errored", "Terraform stopped half way through this plan", "What is missing in it nobody knows.")
    elif plan.changes and document.get("applyable") is False:
        yield refusal(
            "not-applyable", "Terraform says that it cannot be applied", "What is missing in it nobody knows."
        )
    elif document.get("complete") is False:
        yield doubt(
            "incomplete", "the plan leaves something out", "It was made with -target, or waits for something unknown."
        )
    yield from _age(document.get("timestamp"), now, max_age)
    yield from _checks(plan)
    for change in plan.changes:
        if change.actions not in ACTIONS:
            yield doubt("unknown-action", change.action, "This version knows no such action.", change.address)
    for entry in document.get("deferred_changes") or []:
        address = entry.get("resource_change", {}).get("address", "")
        yield doubt("deferred", f"put off: {entry.get('reason', '')}", "What becomes of it is not in here.", address)


def refusal(rule: str, what: str, reason: str) -> Finding:
    """Return a finding that refuses the plan as a whole."""
    return Finding(rule, Verdict.REFUSED, "", "", what, reason, SECTION)


def doubt(rule: str, what: str, reason: str, address: str = "") -> Finding:
    """Return a finding that wants a person to look."""
    return Finding(rule, Verdict.NEEDS_APPROVAL, address, "", what, reason, SECTION)


def _age(timestamp: str | None, now: datetime, max_age: timedelta) -> Iterator[Finding]:
    reason = "The world has moved on since: what it says may not be what happens."
    if timestamp is None:
        yield doubt("age-unknown", "the plan does not say when it was made", reason)
        return
    age = now - made_at(timestamp)
    if age > max_age:
        hours = int(age.total_seconds() // 3600)
        limit = int(max_age.total_seconds() // 3600)
        yield refusal("stale", f"made {hours} hours ago, at most {limit} are allowed; make it anew", reason)


def made_at(timestamp: str) -> datetime:
    """Return a plan's timestamp as a moment."""
    moment = datetime.fromisoformat(timestamp)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _checks(plan: Plan) -> Iterator[Finding]:
    for check in plan.document.get("checks") or []:
        for instance in check.get("instances") or []:
            if instance.get("status") in {"fail", "error"}:
                said = "; ".join(problem.get("message", "") for problem in instance.get("problems") or [])
                address = instance.get("address", {}).get("to_display", "")
                yield doubt("check-failed", said or "failed", "The code itself says that this is not right.", address)
