"""The runs as a table: medians, and how each round compares with the no-op Django view of the same round."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from benchmarks.redirects.contenders import Kind
from benchmarks.redirects.load import Measured

# The contender the others are compared with.
BASE = "b"

Runs = Mapping[str, Sequence[Measured]]


def ratios(runs: Runs, key: str, base: str = BASE) -> list[float]:
    """Requests a second against the base's, round by round: neighbours in time share what the machine was doing."""
    return [run.rate / other.rate for run, other in zip(runs[key], runs[base], strict=True)]


def markdown(runs: Runs, kinds: Sequence[Kind], base: str = BASE) -> str:
    lines = [
        f"| | | requests/s | p50 ms | p99 ms | server CPU µs/request | speed against ({base}) | min–max of rounds |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in kinds:
        own, relative = runs[kind.key], ratios(runs, kind.key, base)
        rate, p50, p99, cpu = (median(getattr(run, name) for run in own) for name in ("rate", "p50", "p99", "cpu"))
        lines.append(
            f"| {kind.key} | {kind.title} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {cpu:.0f} "
            f"| {median(relative):.0%} | {min(relative):.0%}–{max(relative):.0%} |"
        )
    return "\n".join(lines)


def as_data(runs: Runs, kinds: Sequence[Kind], base: str = BASE) -> dict[str, Any]:
    """The same with every single run, for a file."""
    return {
        kind.key: {
            "title": kind.title,
            "runs": [{**asdict(run), "rate": run.rate} for run in runs[kind.key]],
            "ratio": {"median": median(values), "min": min(values), "max": max(values)},
        }
        for kind in kinds
        for values in [ratios(runs, kind.key, base)]
    }
