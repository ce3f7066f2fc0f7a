"""The page: the verdict, the layers, what failed; then what is slow, what was asked, what it ran on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import quote

from testkit import html_page, junit
from testkit.report import catalogue, failures, picture, words
from testkit.report.results import Result, State, worst
from testkit.report.style import CSS

HEADLINES = 3
"""Tests in the verdict's box: what is read in the first ten seconds."""


@dataclass(frozen=True)
class Report:
    """All that the page tells. `root` is where `reports/` lies; `coverage` in percent; `problems` of other files."""

    title: str
    results: Sequence[Result]
    root: Path
    made: datetime
    coverage: float | None = None
    commit: str = ""
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    more: Sequence[Path] = ()
    problems: Sequence[str] = ()

    @property
    def tone(self) -> str:
        """Return ok, wait or no."""
        return "no" if self.problems else worst(self.results).tone


def render(report: Report) -> str:
    """Return the page."""
    return html_page.render(
        f"{summary(report)}: {report.title}",
        CSS,
        [
            *_verdict(report),
            *picture.render(report.results),
            *failures.render(report.results, report.root),
            *catalogue.skipped(report.results),
            *catalogue.slowest(report.results),
            *catalogue.questions(report.results),
            *_versions(report),
            *_footer(report),
        ],
    )


def summary(report: Report) -> str:
    """Return the verdict in one line."""
    states = [each.state for each in report.results]
    ran = sum(len(each.suite.cases) for each in report.results if each.suite)
    failed = sum(each.count(junit.FAILED) for each in report.results)
    parts = [f"{failed:,} of {words.several(ran, 'test')} failed" if failed else ""]
    parts += [
        f"{state.value}: {', '.join(each.run.title for each in report.results if each.state is state)}"
        for state in (State.UNREADABLE, State.INCOMPLETE, State.NOT_RUN)
        if state in states
    ]
    passed = sum(each.count(junit.PASSED) for each in report.results)
    if passed and not failed:
        parts[0] = f"{words.several(passed, 'test')} passed"
    return "; ".join(filter(None, parts)) or "nothing was run"


def _verdict(report: Report) -> Iterator[str]:
    yield f'<section class="verdict {report.tone}"><h1>{escape(report.title)}</h1>'
    first, _, rest = summary(report).partition("; ")
    yield f'<p class="word">{escape(first[:1].upper() + first[1:])}</p>'
    yield f"<p><b>{escape(rest[:1].upper() + rest[1:])}</b></p>" if rest else ""
    seconds = sum(each.suite.seconds for each in report.results if each.suite)
    facts = [
        f"{words.time(seconds)} of tests" if seconds else "",
        f"coverage {report.coverage:.1f} % of lines and branches" if report.coverage is not None else "",
        f"commit {escape(report.commit)}" if report.commit else "",
        f"{report.made:%d %B %Y, %H:%M} UTC",
    ]
    yield f"<p>{' · '.join(filter(None, facts))}</p>"
    yield from _headlines(report)
    yield "</section>"


def _headlines(report: Report) -> Iterator[str]:
    found = failures.of(report.results)
    wrong = [*(each.why for each in report.results if each.why), *report.problems]
    if not found and not wrong:
        return
    yield "<ul>"
    yield from (f"<li>{escape(words.start(one))}</li>" for one in wrong)
    # With twenty parameters a test is still one thing to look at.
    first: dict[str, int] = {}
    for at, (_, case) in enumerate(found):
        first.setdefault(failures.function(case), at)
    for at in list(first.values())[:HEADLINES]:
        result, case = found[at]
        line = words.start(case.message.strip().partition("\n")[0].removeprefix("AssertionError: "), 160)
        test = escape(f"{result.run.title}: {words.start(failures.name(case))}")
        yield f'<li><a href="#{failures.anchor(at)}">{test}</a>: {escape(line)}</li>'
    if more := len(found) - min(len(first), HEADLINES):
        yield f'<li class="soft">and {more} more below</li>'
    yield "</ul>"


def _versions(report: Report) -> Iterator[str]:
    if report.versions:
        yield "<h2>What it ran on</h2>"
    for title, group in report.versions.items():
        yield f'<details class="layer"><summary>{escape(title)} <span class="soft">{len(group)}</span></summary><table>'
        yield from (f"<tr><td>{escape(one)}</td><td>{escape(version)}</td></tr>" for one, version in group.items())
        yield "</table></details>"


def _footer(report: Report) -> Iterator[str]:
    files = [each.run.file for each in report.results if each.written] + [path.as_posix() for path in report.more]
    links = ", ".join(f'<a href="{quote(file)}">{escape(file)}</a>' for file in files)
    yield f"<footer><p>Beside this page: {links or 'nothing'}.</p>"
    yield "<p>What looks like a secret is replaced by ***, and long texts are cut.</p></footer>"
