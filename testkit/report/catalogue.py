"""Which question each test answers, the slowest tests, and which were skipped."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from testkit import junit
from testkit.junit import Case
from testkit.report import words
from testkit.report.failures import fault, function, name, sentence
from testkit.report.results import Result

SLOWEST = 10

MOST = 3_000
"""Tests of one run that are listed: about 1 MB of page. The JUnit files have all of them."""

# The worst first.
_MARKS = {junit.FAILED: ("no", "✗"), junit.SKIPPED: ("wait", "–"), junit.PASSED: ("ok", "✓")}


def slowest(results: Sequence[Result]) -> Iterator[str]:
    """Yield the slowest tests of all runs."""
    cases = [(case.seconds, each.run.title, case) for each in results if each.suite for case in each.suite.cases]
    first = sorted(cases, key=lambda one: -one[0])[:SLOWEST]
    if first:
        yield '<h2>Slowest tests</h2><table class="slow">'
    for seconds, title, case in first:
        bar = f'<div class="bar"><i style="width:{100 * seconds / max(first[0][0], 0.001):.1f}%"></i></div>'
        yield f"<tr><td>{words.time(seconds)}</td><td>{bar}{escape(words.start(name(case)))} "
        yield f'<span class="soft">{escape(title)}</span></td></tr>'
    if first:
        yield "</table>"


def skipped(results: Sequence[Result]) -> Iterator[str]:
    """Yield what was skipped, with its reason."""
    found = [case for each in results if each.suite for case in each.suite.of(junit.SKIPPED)]
    if found:
        yield f'<h2>{words.several(len(found), "test")} skipped</h2><section class="card wait"><ul>'
        for case in found[:MOST]:
            yield f"<li>{escape(words.start(name(case)))}: {escape(words.start(case.message))}</li>"
        yield "</ul></section>"


def questions(results: Sequence[Result]) -> Iterator[str]:
    """Yield each run's questions, those without an answer yet first."""
    if any(each.suite for each in results):
        yield "<h2>What was asked <small>and what would go wrong if the answer were no</small></h2>"
    for each in results:
        if each.suite:
            yield from _of_run(each, each.suite.cases[:MOST])


def _of_run(result: Result, cases: Sequence[Case]) -> Iterator[str]:
    groups = [list(group) for _, group in groupby(sorted(cases, key=_file), key=_file)]
    groups.sort(key=lambda group: not any(case.outcome == junit.FAILED for case in group))
    number = words.several(len(groups), "question")
    yield f'<details class="layer"><summary>{escape(result.run.title)} <span class="soft">{number}</span></summary>'
    for group in groups:
        yield f"<h3>{escape(words.start(group[0].question or _file(group[0])))}</h3><ul>"
        yield from (_line(list(cases)) for _, cases in groupby(sorted(group, key=function), key=function))
        yield "</ul>"
    if len(result.suite.cases if result.suite else ()) > MOST:
        yield f'<p class="soft">The first {MOST:,} tests; <code>{escape(result.run.file)}</code> has all.</p>'
    yield "</details>"


def _line(cases: Sequence[Case]) -> str:
    """A test with twenty parameters is one line, with the mark of the worst of them."""
    worst = next(outcome for outcome in _MARKS if any(case.outcome == outcome for case in cases))
    tone, mark = _MARKS[worst]
    number = sum(case.outcome == worst for case in cases)
    some = f"{number} of {len(cases)}" if number < len(cases) else f"{number} cases"
    told = f' <span class="soft">({some})</span>' if len(cases) > 1 else ""
    meaning = f': <span class="soft">{escape(fault(cases[0]))}</span>' if cases[0].fault else ""
    title = escape(words.start(sentence(function(cases[0]))))
    return f'<li><span class="mark {tone}">{mark}</span> {title}{told}{meaning}</li>'


def _file(case: Case) -> str:
    return case.nodeid.partition("::")[0]
