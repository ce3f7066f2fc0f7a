"""The review as a value: the plan, what was found in it, and the verdict. Every report is made from it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from testkit.plan import Plan
from testkit.plan.changes import Change
from testkit.plan_review import documents
from testkit.plan_review.holdings import HOLDINGS
from testkit.plan_review.rules import LOSS, RULES, SECURITY, Rule
from testkit.plan_review.verdicts import Finding, Verdict

REHEARSAL = "A rehearsal, made without an account: as if nothing existed yet. It cannot be applied."

Allowed = tuple[str, str]
"""A rule's name and an address that somebody answers for."""

# What is said first of a change, and in which order the counts stand.
ORDER = ("destroy", "replace", "forget", "update", "create")


class OverrideError(ValueError):
    """An override answers for nothing that this plan would do."""


@dataclass(frozen=True)
class Settings:
    """What the judgement depends on besides the plan.

    sha256: of the binary plan, "" when only its JSON is there.
    rehearsal: it was made without an account, as if nothing existed; it can be read, and never be applied.
    """

    title: str = "Terraform plan"
    sha256: str = ""
    rehearsal: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    max_age: timedelta = documents.MAX_AGE
    allowed: frozenset[Allowed] = frozenset()
    rules: Sequence[Rule] = RULES


class Review:
    """A plan that has been judged.

    Raises OverrideError for an override that fits nothing: it is a typing error, or was meant for another plan.
    """

    def __init__(self, plan: Plan, settings: Settings, more: Sequence[Finding] = ()) -> None:
        self.plan = plan
        self.settings = settings
        self._more = tuple(more)
        self._refuse_idle_overrides()

    @classmethod
    def refused(cls, finding: Finding, settings: Settings) -> "Review":
        """Return the review of a plan that cannot even be read."""
        return cls(Plan({"format_version": "1", "timestamp": settings.now.isoformat()}), settings, [finding])

    @cached_property
    def findings(self) -> list[Finding]:
        """What was found, the gravest first, then in the order of the table of rules."""
        found = [
            *self._more,
            *documents.findings(self.plan, self.settings.now, self.settings.max_age),
            *(finding for change in self.plan.changes for finding in self._judge(change)),
        ]
        places = {rule.name: place for place, rule in enumerate(self.settings.rules)}
        return sorted(found, key=lambda each: (-each.counts_as, places.get(each.rule, -1)))

    @property
    def verdict(self) -> Verdict:
        return max((finding.counts_as for finding in self.findings), default=Verdict.OK)

    def of_section(self, section: str) -> dict[str, list[Finding]]:
        """Return the findings of a section by rule."""
        grouped: dict[str, list[Finding]] = {}
        for finding in self.findings:
            if finding.section == section:
                grouped.setdefault(finding.rule, []).append(finding)
        return grouped

    @property
    def losses(self) -> list[Change]:
        """What goes: first what holds state, then the rest."""
        gone = [change for change in self.plan.changes if change.action in {"destroy", "replace", "forget"}]
        return sorted(gone, key=lambda change: (self.holding(change) == "", ORDER.index(change.action)))

    @property
    def security(self) -> dict[str, list[Finding]]:
        return self.of_section(SECURITY)

    @property
    def modules(self) -> dict[str, list[Change]]:
        """All changes by module, the root ("") first."""
        grouped: dict[str, list[Change]] = {}
        for change in sorted(self.plan.changes, key=lambda change: (change.module, change.address)):
            grouped.setdefault(change.module, []).append(change)
        return grouped

    @property
    def counts(self) -> Mapping[str, int]:
        """How many changes of each kind, a replacement counted once; moves and imports beside them."""
        actions = Counter(dict.fromkeys(ORDER, 0))
        actions.update(change.action for change in self.plan.changes if change.action not in {"no-op", "read"})
        actions["move"] = sum(bool(change.moved_from) for change in self.plan.changes)
        actions["import"] = sum(bool(change.imported) for change in self.plan.changes)
        return actions

    @property
    def unchanged(self) -> int:
        """How many resources stay as they are."""
        return sum(not resource.effective for resource in self.plan)

    @staticmethod
    def holding(change: Change) -> str:
        """Return what would be lost with a resource, "" when it holds nothing."""
        return HOLDINGS.get(change.type, "")

    def allowed(self, change: Change) -> bool:
        """Whether somebody answers for the loss of it."""
        return any(each.allowed and each.address == change.address and each.section == LOSS for each in self.findings)

    def _judge(self, change: Change) -> Iterator[Finding]:
        names: set[str] = set()
        for rule in self.settings.rules:
            if not any(fnmatchcase(change.type, pattern) for pattern in rule.types):
                continue
            if rule.section == LOSS and names:
                continue  # the gravest of them says it all
            for attribute, what in rule.holds(change):
                finding = Finding(rule.name, rule.verdict, change.address, attribute, what, rule.reason, rule.section)
                names.add(rule.name)
                yield replace(finding, allowed=(rule.name, change.address) in self.settings.allowed)

    def _refuse_idle_overrides(self) -> None:
        used = {(finding.rule, finding.address) for finding in self.findings if finding.allowed}
        for rule, address in sorted(self.settings.allowed - used):
            there = [each.address for each in self.findings if each.rule == rule]
            known = ", ".join(there) or "nothing in this plan"
            raise OverrideError(f"{address} is allowed for {rule}, but the rule concerns {known}: remove the override")


def as_data(review: Review) -> dict[str, Any]:
    """Return the verdict for machines. No value of the plan is in it."""
    document = review.plan.document
    return {
        "verdict": review.verdict.words,
        "exit_code": int(review.verdict),
        "title": review.settings.title,
        "plan_sha256": review.settings.sha256,
        "rehearsal": review.settings.rehearsal,
        "made_at": document.get("timestamp", ""),
        "max_age_hours": review.settings.max_age.total_seconds() / 3600,
        "terraform_version": document.get("terraform_version", ""),
        "counts": dict(review.counts),
        "unchanged": review.unchanged,
        "drift": [change.address for change in review.plan.drift],
        "findings": [
            {
                "rule": finding.rule,
                "verdict": finding.verdict.words,
                "allowed": finding.allowed,
                "address": finding.address,
                "attribute": finding.attribute,
                "what": finding.what,
                "reason": finding.reason,
            }
            for finding in review.findings
        ],
    }
