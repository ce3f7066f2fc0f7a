"""Bars for the visits a day, as numbers that a template puts into an SVG: no script, no library, no inline style."""

from dataclasses import dataclass
from datetime import date

# In units of the drawing's view box.
WIDTH, HEIGHT = 720, 160
_GAP = 4


@dataclass(frozen=True)
class Bar:
    """A day's bar: position and size in the view box, and what to say about it."""

    x: float
    y: float
    width: float
    height: float
    day: date
    clicks: int


@dataclass(frozen=True)
class Chart:
    """A row of bars, the highest of which fills the height."""

    bars: list[Bar]
    highest: int
    width: int = WIDTH
    height: int = HEIGHT


def bars(by_day: list[tuple[date, int]]) -> Chart:
    """Lays out visits a day, in the order given."""
    highest = max((clicks for _, clicks in by_day), default=0)
    step = WIDTH / max(1, len(by_day))
    laid_out = []
    for position, (day, clicks) in enumerate(by_day):
        height = round(HEIGHT * clicks / highest, 1) if highest else 0.0
        laid_out.append(
            Bar(round(position * step, 1), round(HEIGHT - height, 1), round(step - _GAP, 1), height, day, clicks)
        )
    return Chart(laid_out, highest)
