"""May this plan be applied? What a review has said is compared with the file that lies there now."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from testkit.plan_review.binary import Sealed, State
from testkit.plan_review.documents import made_at
from testkit.plan_review.verdicts import Verdict

Problem = tuple[Verdict, str]


def problems(
    verdict: Mapping[str, Any], plan: Sealed, now: datetime, state: State | None, approved_by: str
) -> Iterator[Problem]:
    """Give each reason against the apply.

    verdict: what the review wrote, `verdict.json`.
    state: the one there is now; None where nobody asked for it.
    """
    reviewed = verdict.get("plan_sha256") or "missing"
    if reviewed != plan.sha256:
        yield Verdict.REFUSED, f"this is not the plan that was reviewed: sha256 {plan.sha256}, reviewed was {reviewed}"
    if verdict.get("rehearsal"):
        yield Verdict.REFUSED, "it was made without an account, to be read; make it anew against the real state"
    code = verdict.get("exit_code")
    if code == Verdict.NEEDS_APPROVAL and not approved_by:
        yield Verdict.NEEDS_APPROVAL, "the review wants somebody to approve it: --approved-by NAME"
    elif code not in {Verdict.OK, Verdict.NEEDS_APPROVAL}:
        yield Verdict.REFUSED, f"the review's verdict is {verdict.get('verdict', 'missing')}"
    limit = timedelta(hours=float(verdict.get("max_age_hours", 0)))
    if verdict.get("made_at") and now - made_at(verdict["made_at"]) > limit:
        yield Verdict.REFUSED, f"the plan was made {verdict['made_at']}, more than {limit} ago; make it anew"
    if state is not None and (stale := moved_on(plan.state, state)):
        yield Verdict.REFUSED, stale


def moved_on(planned: State, there: State) -> str:
    """Return how the state has changed since the plan was made, "" when it has not."""
    if planned == there or (planned.serial == there.serial == 0):
        return ""
    if planned.lineage != there.lineage and planned.lineage and there.lineage:
        return f"the plan belongs to another state (lineage {planned.lineage}, not {there.lineage})"
    if planned.serial != there.serial:
        return (
            f"stale: the state has moved on since the plan was made (serial {planned.serial}, now {there.serial}); "
            "make it anew"
        )
    return ""
