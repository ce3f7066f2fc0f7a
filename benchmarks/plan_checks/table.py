"""What was measured, and what was said, as Markdown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.plan_checks.contenders import Answer
from testkit.faults.catalogue import Entry

LONGEST = 6
"""Lines of a message that the page shows."""


@dataclass
class Measured:
    """One contender's runs, its lines of code, and its message for each mistake: "" where it saw none."""

    title: str
    lines: int
    cold: Answer
    warm: list[Answer] = field(default_factory=list)
    changed: list[Answer] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)


def times(all_measured: Sequence[Measured], bare: Sequence[Answer]) -> str:
    """The table of times; bare: what Terraform alone takes."""
    lines = [
        "| | lines of code | cold | warm | after a changed line | mistakes noticed |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for one in all_measured:
        seen = sum(1 for message in one.messages.values() if message)
        lines.append(
            f"| {one.title} | {one.lines} | {_time([one.cold])} | {_time(one.warm)} | {_time(one.changed)} "
            f"| {seen} of {len(one.messages)} |"
        )
    lines.append(f"| Terraform alone: init, plan, show | | | {_time(bare)} | | |")
    return "\n".join(lines)


def _time(runs: Sequence[Answer]) -> str:
    """Seconds on the clock, and of processors."""
    return f"{median(run.seconds for run in runs):.1f} s ({median(run.cpu for run in runs):.1f} s CPU)"


def messages(all_measured: Sequence[Measured], mistakes: Sequence[Entry]) -> str:
    """What each says to each mistake, side by side."""
    lines = ["| mistake | " + " | ".join(f"{one.title} says" for one in all_measured) + " |"]
    lines.append("|---|" + "---|" * len(all_measured))
    for mistake in mistakes:
        said = " | ".join(_cell(one.messages[mistake.id]) for one in all_measured)
        lines.append(f"| {mistake.id.replace('-', ' ')} | {said} |")
    return "\n".join(lines)


def joined(failures: Mapping[str, str]) -> str:
    """All that a run said, its questions by name."""
    return "\n".join(f"{name}: {message}" for name, message in sorted(failures.items()))


def _cell(message: str) -> str:
    if not message:
        return "nothing: it passes"
    shown = [re.sub(r"\s+", " ", line).strip() for line in message.splitlines()]
    shown = [line.replace("|", "\\|").replace("<", "&lt;") for line in shown if line]
    more = [f"… {len(shown) - LONGEST} lines more"] if len(shown) > LONGEST else []
    return "<br>".join(f"`{line}`" for line in shown[:LONGEST]) + "".join(f"<br>{line}" for line in more)
