"""The review as Markdown, for a pull request or a build's description: the modules are collapsed."""

from collections.abc import Iterator

from testkit.plan_review.documents import SECTION
from testkit.plan_review.report.terminal import SIGNS, counted
from testkit.plan_review.report.views import Row, View, outputs, view
from testkit.plan_review.reviews import REHEARSAL, Review
from testkit.plan_review.verdicts import Finding, Verdict

LONGEST = 60_000
"""Characters; GitHub takes 65,536 in a comment. What does not fit is on the page."""

_BADGES = {Verdict.OK: "✅ ok", Verdict.NEEDS_APPROVAL: "🟡 needs approval", Verdict.REFUSED: "⛔ refused"}


def render(review: Review) -> str:
    """Return the document."""
    lines = [f"# {_BADGES[review.verdict]}: {_text(review.settings.title)}", "", f"{counted(review)}.", ""]
    lines += [REHEARSAL, ""] if review.settings.rehearsal else []
    lines += [f"sha256 of the plan: `{review.settings.sha256}`", ""] if review.settings.sha256 else []
    lines += _groups("The plan itself", review.of_section(SECTION))
    lines += _titled("What goes", [line for change in review.losses for line in _loss(view(change, review))])
    lines += _groups("Security", review.security)
    tail = _titled("Drift: changed outside of Terraform", [f"- {_code(each.address)}" for each in review.plan.drift])
    tail += _titled("Outputs", [f"- {_row(row)}" for row in outputs(review)])
    room = LONGEST - sum(len(line) + 1 for line in [*lines, *tail])
    return "\n".join([*lines, *_fitting(_modules(review), room), *tail])[:LONGEST].rstrip() + "\n"


def _fitting(modules: Iterator[str], room: int) -> Iterator[str]:
    for at, module in enumerate(modules):
        room -= len(module) + 1
        if at == 0:
            yield "## Changes by module\n"
        if room < 0:
            yield "The other modules do not fit in here; the page has them.\n"
            return
        yield module


def _titled(title: str, lines: list[str]) -> list[str]:
    return [f"## {title}", "", *lines, ""] if lines else []


def _groups(title: str, groups: dict[str, list[Finding]]) -> list[str]:
    lines: list[str] = []
    for name, findings in groups.items():
        lines += [f"- **{findings[0].counts_as.words}: {name}.** {_text(findings[0].reason)}"]
        lines += [f"  - {_finding(finding)}" for finding in findings]
    return _titled(title, lines)


def _finding(finding: Finding) -> str:
    allowed = " (allowed)" if finding.allowed else ""
    where = [_code(part) for part in (finding.address, finding.attribute) if part]
    return ": ".join([*where, _text(finding.what)]) + allowed


def _loss(shown: View) -> Iterator[str]:
    held = f" **Holds state: {_text(shown.holds)}**{' (allowed)' if shown.allowed else ''}" if shown.holds else ""
    yield f"- **{shown.action}** {_code(shown.address)}{held}"
    yield from (f"  - forced by {_row(row)}" for row in shown.forces)
    yield from (f"  - {_text(note)}" for note in shown.notes)


def _modules(review: Review) -> Iterator[str]:
    for module, changes in review.modules.items():
        lines = [f"<details><summary>{_text(module or 'root module')} ({len(changes)})</summary>", ""]
        for shown in (view(change, review) for change in changes):
            lines += [f"- {SIGNS.get(shown.action, '?')} **{shown.action}** {_code(shown.name)}"]
            lines += [f"  - {_text(note)}" for note in shown.notes]
            lines += [f"  - {_row(row)}" for row in shown.rows if shown.action != "create"]
            lines += [f"  - known after apply: {_text(', '.join(shown.unknown))}"] if shown.unknown else []
        yield "\n".join([*lines, "", "</details>", ""])


def _row(row: Row) -> str:
    if not (row.before or row.after):
        return _code(row.path)
    sides = " → ".join(_code(side) if side else "(nothing)" for side in (row.before, row.after))
    return f"{_code(row.path)}: {sides}{' (forces the replacement)' if row.forces else ''}"


def _code(text: str) -> str:
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"


def _text(text: str) -> str:
    """Words of the plan must not become markup, least of all a link or a mention."""
    plain = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#@!" else sign for sign in plain)
