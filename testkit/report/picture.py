"""The layers as a picture: a bar for each run of tests, all of it being what exists."""

from collections.abc import Iterator, Sequence
from html import escape

from testkit import junit
from testkit.report import words
from testkit.report.results import Result, State

STALE = 3600
"""Seconds after which a result is of another run than the newest one, and says so."""

_WHAT_IT_SAYS = (("ok", "passed"), ("no", "failed"), ("wait", "skipped"), ("rest", "not run, or left out on purpose"))


def render(results: Sequence[Result]) -> Iterator[str]:
    """Yield the picture."""
    newest = max((each.written for each in results if each.written), default=None)
    yield "<h2>Layers</h2>"
    for each in results:
        older = (newest - each.written).total_seconds() if newest and each.written else 0
        yield from _row(each, words.ago(older) if older > STALE else "")
    told = "".join(f'<span><span class="bar"><i class="{css}"></i></span>{text}</span>' for css, text in _WHAT_IT_SAYS)
    yield f'<p class="key soft">{told}</p>'


def told(result: Result) -> str:
    """Return the numbers in words."""
    if result.suite is None:
        return f"run `{result.run.verb}`" if result.state is State.NOT_RUN else result.why
    parts = [f"ran {len(result.suite.cases) - result.count(junit.SKIPPED):,} of {result.suite.exist:,}"]
    counted = {
        "failed": result.count(junit.FAILED),
        "skipped": result.count(junit.SKIPPED),
        "not reached": result.missed,
        "left out": result.suite.deselected,
    }
    return ", ".join([*parts, *(f"{number:,} {what}" for what, number in counted.items() if number)])


def _row(result: Result, older: str) -> Iterator[str]:
    state = result.state
    time = words.time(result.suite.seconds) if result.suite else ""
    yield f'<section class="run {state.tone}"><div><b>{escape(result.run.title)}</b></div>'
    yield f'<div class="bar" role="img" aria-label="{escape(told(result))}">{_bar(result)}</div>'
    yield f'<div class="told"><span class="state">{state.value}</span> <span class="soft">{time}</span></div>'
    old = f' <span class="badge wait">{older} older than the newest</span>' if older else ""
    yield f'<div class="asks"><span>{_code(told(result))}{old}</span>'
    yield f'<span class="soft">{escape(result.run.asks)}</span></div></section>'


def _bar(result: Result) -> str:
    suite = result.suite
    if suite is None or not suite.exist:
        return '<i class="rest" style="width:100%"></i>'
    counted = {css: result.count(what) for css, what in (("ok", junit.PASSED), ("no", junit.FAILED))}
    counted["wait"] = result.count(junit.SKIPPED)
    counted["rest"] = max(0, suite.exist - len(suite.cases))
    whole = sum(counted.values())
    return "".join(
        f'<i class="{css}" style="width:{100 * part / whole:.2f}%"></i>' for css, part in counted.items() if part
    )


def _code(text: str) -> str:
    """Return markup in which what stands in backticks is code."""
    return "".join(
        f"<code>{escape(part)}</code>" if at % 2 else escape(part) for at, part in enumerate(text.split("`"))
    )
