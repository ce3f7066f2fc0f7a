"""The review as one HTML page that needs nothing else: no script, no font, no picture, nothing from the network."""

from collections.abc import Iterator, Sequence
from html import escape

from testkit import html_page
from testkit.plan_review.documents import SECTION
from testkit.plan_review.report.style import CSS
from testkit.plan_review.report.views import Row, View, outputs, view
from testkit.plan_review.reviews import REHEARSAL, Review
from testkit.plan_review.verdicts import Finding, Verdict

MOST = 6
"""Places of one rule that stand open; the others are a click away."""

HEADLINES = 4
"""Reasons in the verdict's box: what is read in the first ten seconds."""

_ADVICE = {
    Verdict.OK: "Nothing in it needs a person.",
    Verdict.NEEDS_APPROVAL: "It may be applied once somebody has looked at what is below.",
    Verdict.REFUSED: "It must not be applied.",
}


def render(review: Review) -> str:
    """Return the page."""
    return html_page.render(
        f"{review.verdict.words}: {review.settings.title}",
        CSS,
        [
            *_verdict(review),
            *_counts(review),
            *_rules("The plan itself", review.of_section(SECTION)),
            *_losses(review),
            *_rules("Security", review.security),
            *_modules(review),
            *_table_section("Outputs", outputs(review)),
            *_drift(review),
            *_footer(review),
        ],
    )


def _verdict(review: Review) -> Iterator[str]:
    css = _css(review.verdict)
    yield f'<section class="verdict {css}"><h1>{escape(review.settings.title)}</h1>'
    advice = REHEARSAL if review.settings.rehearsal else _ADVICE[review.verdict]
    yield f'<p class="word">{review.verdict.words.capitalize()}</p><p>{advice}</p>'
    deciding = [each for each in review.findings if each.counts_as is review.verdict]
    by_rule = [each for at, each in enumerate(deciding) if each.rule not in {one.rule for one in deciding[:at]}]
    if by_rule:
        yield "<ul>"
        for each in by_rule[:HEADLINES]:
            others = sum(other.rule == each.rule for other in deciding) - 1
            more = f' <span class="soft">and {others} more</span>' if others else ""
            yield f"<li><b>{_title(each)}</b>: {_found(each)}{more}</li>"
        if len(by_rule) > HEADLINES:
            yield f'<li class="soft">and {len(by_rule) - HEADLINES} more reasons below</li>'
        yield "</ul>"
    yield "</section>"


def _counts(review: Review) -> Iterator[str]:
    yield '<ul class="counts">'
    for name, number in review.counts.items():
        if number or name in {"create", "update", "replace", "destroy"}:
            yield f'<li class="{escape(name)}{"" if number else " none"}"><b>{number}</b>to {escape(name)}</li>'
    yield f'<li class="none"><b>{review.unchanged}</b>unchanged</li></ul>'


def _rules(title: str, groups: dict[str, list[Finding]]) -> Iterator[str]:
    if groups:
        yield f"<h2>{title}</h2>"
    for findings in groups.values():
        first = findings[0]
        yield f'<section class="card {_css(first.counts_as)}"><header>'
        yield f'<span class="badge">{first.counts_as.words}</span>'
        yield f'<b>{_title(first)}</b></header><p class="soft">{escape(first.reason)}</p>'
        yield from _list(findings[:MOST])
        if len(findings) > MOST:
            yield f"<details><summary>{len(findings) - MOST} more</summary>"
            yield from _list(findings[MOST:])
            yield "</details>"
        yield "</section>"


def _list(findings: Sequence[Finding]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{_found(each)}</li>" for each in findings)
    yield "</ul>"


def _found(finding: Finding) -> str:
    where = [f"<code>{escape(part)}</code>" for part in (finding.address, finding.attribute) if part]
    allowed = ' <span class="badge">allowed</span>' if finding.allowed else ""
    return ": ".join([*where, escape(finding.what)]) + allowed


def _title(finding: Finding) -> str:
    return escape(finding.rule.replace("-", " ").capitalize())


def _losses(review: Review) -> Iterator[str]:
    if review.losses:
        yield "<h2>What goes</h2>"
    for shown in (view(change, review) for change in review.losses):
        yield f'<section class="card {escape(shown.action)}"><header>{_badge(shown)}'
        yield f"<code>{escape(shown.address)}</code></header>"
        if shown.holds:
            allowed = ' <span class="badge">allowed</span>' if shown.allowed else ""
            yield f'<p class="holds">Holds state: {escape(shown.holds)}{allowed}</p>'
        yield from _table(shown.forces, "Forced by")
        yield from _notes(shown)
        yield "</section>"


def _modules(review: Review) -> Iterator[str]:
    if review.modules:
        yield f"<h2>Changes by module <small>only what changes; unchanged: {review.unchanged}</small></h2>"
    for module, changes in review.modules.items():
        views = [view(change, review) for change in changes]
        kinds = dict.fromkeys(shown.action for shown in views)
        told = ", ".join(f"{sum(shown.action == kind for shown in views)} to {escape(kind)}" for kind in kinds)
        name = escape(module or "root module")
        yield f'<details class="module"><summary>{name} <span class="soft">{told}</span></summary>'
        for shown in views:
            yield from _change(shown)
        yield "</details>"


def _change(shown: View) -> Iterator[str]:
    yield f'<details class="change {escape(shown.action)}"><summary>{_badge(shown)} <code>{escape(shown.name)}</code>'
    yield "</summary>"
    yield from _notes(shown)
    yield from _table(shown.rows)
    if shown.unknown:
        names = ", ".join(f"<code>{escape(name)}</code>" for name in shown.unknown)
        yield f'<p class="note">Known after apply: {names}</p>'
    yield "</details>"


def _drift(review: Review) -> Iterator[str]:
    if review.plan.drift:
        yield "<h2>Drift <small>what somebody changed outside of Terraform since the last apply</small></h2>"
        for change in review.plan.drift:
            yield from _change_in_card(view(change, review))


def _change_in_card(shown: View) -> Iterator[str]:
    yield f'<section class="card"><header><span class="badge">{_DRIFTED.get(shown.action, escape(shown.action))}</span>'
    yield f"<code>{escape(shown.address)}</code></header>"
    yield from _table(shown.rows)
    yield "</section>"


_DRIFTED = {"update": "changed", "destroy": "gone", "create": "appeared"}


def _table_section(title: str, rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield f"<h2>{title}</h2>"
        yield '<section class="card">'
        yield from _table(rows)
        yield "</section>"


def _table(rows: Sequence[Row], title: str = "") -> Iterator[str]:
    if not rows:
        return
    yield f'<p class="note">{title}</p><table>' if title else "<table>"
    for row in rows:
        css = ' class="forces"' if row.forces else ""
        before = f"<del><code>{escape(row.before)}</code></del> → " if row.before else ""
        after = f"<ins><code>{escape(row.after)}</code></ins>" if row.after else ""
        gone = '<span class="soft">(nothing)</span>' if row.before and not row.after else ""
        yield f"<tr{css}><td><code>{escape(row.path)}</code></td><td>{before}{after}{gone}</td></tr>"
    yield "</table>"


def _notes(shown: View) -> Iterator[str]:
    yield from (f'<p class="note">{escape(note)}</p>' for note in shown.notes)


def _badge(shown: View) -> str:
    return f'<span class="badge">{escape(shown.action)}</span>'


def _footer(review: Review) -> Iterator[str]:
    document = review.plan.document
    yield "<footer>"
    if review.settings.sha256:
        yield f"<p>sha256 of the plan, compared again before the apply: <code>{review.settings.sha256}</code></p>"
    parts = [
        f"Made {escape(str(document['timestamp']))}" if document.get("timestamp") else "",
        f"Terraform {escape(str(document['terraform_version']))}" if document.get("terraform_version") else "",
        "Secrets are masked as the plan itself masks them",
    ]
    yield f"<p>{'. '.join(filter(None, parts))}.</p></footer>"


def _css(verdict: Verdict) -> str:
    return {Verdict.OK: "ok", Verdict.NEEDS_APPROVAL: "wait", Verdict.REFUSED: "no"}[verdict]
