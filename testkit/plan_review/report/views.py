"""What a report says of one change: which attributes, from what to what, without a secret and without noise."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from testkit.plan.attributes import MISSING, UNKNOWN, Difference, differences, dotted, leaves, shown
from testkit.plan.changes import Change
from testkit.plan_review.reviews import Review

REASONS = {
    "replace_because_tainted": "its last creation failed half way",
    "replace_by_request": "asked for with -replace",
    "replace_by_triggers": "something in replace_triggered_by changed",
    "replace_because_cannot_update": "",  # the attributes are named
    "delete_because_no_resource_config": "it is no longer in the code",
    "delete_because_no_module": "its module is no longer in the code",
    "delete_because_wrong_repetition": "count or for_each came or went; a moved block keeps it",
    "delete_because_count_index": "count has become smaller",
    "delete_because_each_key": "its key is no longer in for_each",
    "delete_because_no_move_target": "a moved block leads to nothing",
}
"""Terraform's words for why, in ours. One that is not here is shown as it is."""

# Terraform adds the provider's default tags to the resource's own; the same change twice is once too often.
_NOISE = frozenset({"tags_all"})


@dataclass(frozen=True)
class Row:
    """An attribute that changes; `forces` says that the object is replaced because of it."""

    path: str
    before: str
    after: str
    forces: bool = False


@dataclass(frozen=True)
class View:
    """A change, ready to be shown."""

    action: str
    address: str
    module: str
    notes: list[str] = field(default_factory=list)
    holds: str = ""
    allowed: bool = False
    rows: list[Row] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def forces(self) -> list[Row]:
        return [row for row in self.rows if row.forces]

    @property
    def name(self) -> str:
        """The address inside of its module."""
        return self.address.removeprefix(f"{self.module}.") if self.module else self.address


def view(change: Change, review: Review) -> View:
    """Return what is to be said of a change."""
    forcing = change.replace_paths
    rows, unknown = [], []
    for each in _attributes(change):
        forces = any(each.path[: len(path)] == path or path[: len(each.path)] == each.path for path in forcing)
        if each.after is UNKNOWN and not forces:
            unknown.append(dotted(each.path))
        elif each.path[0] not in _NOISE:
            rows.append(Row(dotted(each.path), *_sides(each), forces))
    told = {row.path for row in rows if row.forces}
    rows += [Row(dotted(path), "", "", forces=True) for path in forcing if not _is_told(dotted(path), told)]
    goes = change.action in {"replace", "destroy"}
    return View(
        change.action if change.action != "no-op" else "move" if change.moved_from else "import",
        change.address,
        change.module,
        list(_notes(change)),
        review.holding(change) if goes else "",
        review.allowed(change),
        sorted(rows, key=lambda row: not row.forces),
        unknown,
    )


def outputs(review: Review) -> list[Row]:
    """Return the root module's outputs that change."""
    changed = review.plan.changed_outputs()
    return [Row(name, *_sides(Difference((name,), before, after))) for name, before, after in changed]


def _is_told(path: str, told: set[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.") for one in told)


def _notes(change: Change) -> Iterator[str]:
    if change.moved_from:
        yield f"moved from {change.moved_from}"
    if change.imported:
        yield f"imported from {change.imported}"
    if change.deposed:
        yield f"deposed object {change.deposed}: what a failed replacement left behind"
    if change.action == "replace":
        yield "the new one is made first" if change.creates_first else "destroyed first, then made anew: a gap"
    if change.action == "forget":
        yield "it stays in the account, and Terraform no longer looks after it"
    if reason := REASONS.get(change.reason, change.reason.replace("_", " ")):
        yield reason


def _attributes(change: Change) -> Iterator[Difference]:
    if change.action == "create":
        after = dict(change.after or {})
        if "tags" in after:
            yield Difference(("tags",), MISSING, after.pop("tags"))
        for path, value in leaves(after):
            if path and value not in (None, [], {}, ""):
                yield Difference(path, MISSING, value)
    elif change.action not in {"destroy", "forget"}:
        for each in change.differences():
            yield from _opened(each)


def _opened(each: Difference) -> Iterator[Difference]:
    """A document that changes is compared inside: the eye does not find one action among 4,000 characters."""
    before, after = _document(each.before), _document(each.after)
    if before is None or after is None:
        yield each
    else:
        yield from list(differences(before, after, each.path)) or [each]


def _document(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in {"{", "["}:
        return None
    try:
        document = json.loads(value)
    except json.JSONDecodeError:
        return None
    return document if isinstance(document, Mapping | list) else None


def _sides(each: Difference) -> tuple[str, str]:
    return ("" if each.before is MISSING else shown(each.before)), ("" if each.after is MISSING else shown(each.after))
