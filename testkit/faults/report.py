"""Tell the results: one summary line, a Markdown page for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Sequence

from testkit.faults.outcome import CAUGHT, HARMLESS_OK, VERDICTS, Result


def summary(results: Sequence[Result]) -> str:
    """Return the score in one line."""
    verdicts = Counter(each.verdict for each in results)
    faults = sum(each.kind == "fault" for each in results)
    harmless = len(results) - faults
    parts = [
        f"{verdicts[CAUGHT]} of {faults} faults caught",
        f"{verdicts[HARMLESS_OK]} of {harmless} harmless edits left in peace",
        *(f"{verdicts[name]} {name}" for name in VERDICTS if verdicts[name] and name not in {CAUGHT, HARMLESS_OK}),
    ]
    return "; ".join(parts)


def to_json(results: Sequence[Result]) -> str:
    """Return score and results as JSON."""
    data = {
        "good": all(each.good for each in results),
        "summary": summary(results),
        "results": [each.as_data() for each in results],
    }
    return json.dumps(data, indent=2) + "\n"


def to_markdown(results: Sequence[Result]) -> str:
    """Return a page with the score, what needs work, and all results."""
    lines = ["# The fault catalogue", "", summary(results) + ".", ""]
    bad = [each for each in results if not each.good]
    if bad:
        lines += ["## What needs work", ""]
        for each in bad:
            lines += [f"- **{each.id}** ({each.layer}): {each.verdict}. {' '.join(each.production.split())}"]
            lines += [f"  {_cell(': '.join(filter(None, [each.test, each.line])))}"] if each.line else []
        lines += [""]
    lines += ["## All entries", "", "| entry | layer | verdict | seconds | by | message |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {each.id} | {each.layer} | {each.verdict} | {each.seconds:.1f} | {_cell(each.test)} | {_cell(each.line)} |"
        for each in results
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
