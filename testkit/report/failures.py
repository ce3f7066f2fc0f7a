"""What failed: the message, what it means in production, the way to the evidence, the traceback behind a click."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from testkit import evidence, junit
from testkit.junit import Case
from testkit.report import words
from testkit.report.results import Result

MOST = 50
"""Failures told in full. Where there are more, one cause has many victims, and these are enough to find it."""

MESSAGE, TRACEBACK, FILES = 1_500, 6_000, 30
"""Characters of each, and files of a test's evidence that are linked."""


def of(results: Sequence[Result]) -> list[tuple[Result, Case]]:
    """Return what failed, with the run that it failed in."""
    return [(each, case) for each in results if each.suite for case in each.suite.of(junit.FAILED)]


def render(results: Sequence[Result], root: Path) -> Iterator[str]:
    """Yield the failures."""
    found = of(results)
    if found:
        yield f"<h2>{words.several(len(found), 'failure')}</h2>"
    for at, (result, case) in enumerate(found[:MOST]):
        yield f'<section class="card no" id="{anchor(at)}"><header>'
        yield f'<span class="badge">{escape(result.run.title)}</span>'
        yield f"<b>{escape(words.start(name(case)))}</b></header>"
        yield from _meaning(case)
        yield f'<pre class="said">{escape(words.start(case.message, MESSAGE))}</pre>'
        yield from _evidence(case, root)
        if case.details:
            details = escape(words.end(case.details, TRACEBACK))
            yield f"<details><summary>Traceback</summary><pre>{details}</pre></details>"
        yield f'<p class="soft"><code>{escape(words.start(case.nodeid))}</code></p></section>'
    if len(found) > MOST:
        yield f'<p class="soft">and {len(found) - MOST} more; they are marked in the list below</p>'


def anchor(at: int) -> str:
    """Return the name to which a link to the failure leads."""
    return f"failure-{at + 1}"


def name(case: Case) -> str:
    """Return a test's name as a sentence; a parameter stays as it is."""
    _, bracket, parameter = case.nodeid.partition("[")
    return sentence(function(case)) + (f" [{parameter}" if bracket else "")


def function(case: Case) -> str:
    """Return the node id without parameters."""
    return case.nodeid.partition("[")[0]


def sentence(nodeid: str) -> str:
    """Return what the name of a test function says."""
    return nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def fault(case: Case) -> str:
    """Return what goes wrong when the test is red, without the words that announce it."""
    text = case.fault.removeprefix("Red: ").removeprefix("If red, ")
    return words.start(text[:1].upper() + text[1:])


def _meaning(case: Case) -> Iterator[str]:
    if case.question:
        yield f"<p>{escape(words.start(case.question))}</p>"
    if case.fault:
        yield f'<p class="soft">If it stays so: {escape(fault(case))}</p>'


def _evidence(case: Case, root: Path) -> Iterator[str]:
    folder = evidence.folder_of(case.nodeid, root)
    files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else []
    if files:
        links = [_link(file.relative_to(root / "reports"), file.relative_to(folder)) for file in files[:FILES]]
        more = f" and {len(files) - FILES} more" if len(files) > FILES else ""
        yield f"<p>Evidence: {', '.join(links)}{more}</p>"


def _link(target: Path, shown: Path) -> str:
    return f'<a href="{quote(target.as_posix())}">{escape(shown.as_posix())}</a>'
