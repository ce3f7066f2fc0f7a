"""The measurements as a table and as data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

# The aim after a change of one line; what is more costs every developer's attention, many times a day.
REBUILD_AIM = 5.0


@dataclass(frozen=True)
class Layer:
    """One step of the history that takes space. bytes: as the engine stores it, not compressed."""

    step: str
    bytes: int
    ours: bool


@dataclass(frozen=True)
class Measured:
    """seconds of each kind, one for each round."""

    layers: Sequence[Layer]
    cold: float
    rebuilds: Sequence[float]
    starts: Sequence[float]


def markdown(measured: Measured) -> str:
    ours = sum(layer.bytes for layer in measured.layers if layer.ours)
    whole = sum(layer.bytes for layer in measured.layers)
    lines = ["| layer | MB | |", "|---|--:|---|"]
    lines += [
        f"| {_cell(layer.step)} | {layer.bytes / 1e6:.1f} | {'ours' if layer.ours else 'base'} |"
        for layer in measured.layers
    ]
    lines += [f"| **our layers** | **{ours / 1e6:.1f}** | |", f"| **the whole image** | **{whole / 1e6:.1f}** | |", ""]
    lines += ["| | median s | min–max |", "|---|--:|--:|", f"| cold build (`--no-cache`) | {measured.cold:.1f} | |"]
    lines += [_times("build after a change of one line", measured.rebuilds)]
    lines += [_times("`docker run` to ready", measured.starts)]
    return "\n".join(lines)


def as_data(measured: Measured) -> dict[str, Any]:
    """The same with every single run, for a file."""
    medians = {"rebuild_median": median(measured.rebuilds), "start_median": median(measured.starts)}
    return {**asdict(measured), **medians, "rebuild_aim": REBUILD_AIM}


def _times(title: str, seconds: Sequence[float]) -> str:
    return f"| {title} | {median(seconds):.2f} | {min(seconds):.2f}–{max(seconds):.2f} |"


def _cell(step: str) -> str:
    """A step's command in one line of a table."""
    return f"`{' '.join(step.split())[:70]}`".replace("|", "\\|")
