"""The review for the terminal: what must be seen, in as few lines as it takes."""

from collections.abc import Iterator

from testkit.plan_review.documents import SECTION
from testkit.plan_review.report.views import Row, View, view
from testkit.plan_review.reviews import REHEARSAL, Review
from testkit.plan_review.verdicts import Finding

SIGNS = {"create": "+", "update": "~", "replace": "±", "destroy": "-", "forget": "·", "move": "→", "import": "←"}

MOST = 8
"""Lines of one list; the page has them all."""


def render(review: Review) -> str:
    """Return the whole summary."""
    lines = [f"{review.verdict.words.upper()}: {review.settings.title}", counted(review)]
    lines += [REHEARSAL] if review.settings.rehearsal else []
    lines += [f"sha256 {review.settings.sha256}"] if review.settings.sha256 else []
    lines += _section("The plan itself", [line for each in _of(review, SECTION) for line in _finding(each)])
    lines += _section("Goes", [line for change in review.losses for line in _loss(view(change, review))])
    for name, findings in review.security.items():
        lines += _section(f"{findings[0].counts_as.words}: {name}", [f"  {findings[0].reason}", *_few(findings)])
    lines += _section("Changes by module", list(_modules(review)))
    lines += _section("Drift: changed outside of Terraform", [f"  {each.address}" for each in review.plan.drift])
    return "\n".join(lines) + "\n"


def counted(review: Review) -> str:
    """Return the counts in a line; what is 0 is left out."""
    parts = [f"{number} to {name}" for name, number in review.counts.items() if number]
    return f"{', '.join(parts) or 'nothing to change'}; {review.unchanged} unchanged"


def _of(review: Review, section: str) -> list[Finding]:
    return [finding for findings in review.of_section(section).values() for finding in findings]


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *lines] if lines else []


def _finding(finding: Finding) -> list[str]:
    return [f"  {finding.counts_as.words}: {finding}", f"    {finding.reason}"]


def _few(findings: list[Finding]) -> list[str]:
    lines = [f"    {finding}{' (allowed)' if finding.allowed else ''}" for finding in findings[:MOST]]
    return [*lines, f"    … and {len(findings) - MOST} more"] if len(findings) > MOST else lines


def _loss(shown: View) -> Iterator[str]:
    yield f"  {SIGNS.get(shown.action, '?')} {shown.address}  {shown.action}"
    if shown.holds:
        yield f"      holds state: {shown.holds}{' (allowed)' if shown.allowed else ''}"
    for row in shown.forces:
        yield f"      forced by {_row(row)}"
    yield from (f"      {note}" for note in shown.notes)


def _row(row: Row) -> str:
    return f"{row.path}: {row.before} → {row.after}" if row.before or row.after else row.path


def _modules(review: Review) -> Iterator[str]:
    for module, changes in review.modules.items():
        yield f"  {module or 'root module'} ({len(changes)})"
        for change in changes[:MOST]:
            shown = view(change, review)
            names = ", ".join(row.path for row in shown.rows[:5]) if shown.action == "update" else ""
            yield f"    {SIGNS.get(shown.action, '?')} {shown.name}{f': {names}' if names else ''}"
        if len(changes) > MOST:
            yield f"    … and {len(changes) - MOST} more"
