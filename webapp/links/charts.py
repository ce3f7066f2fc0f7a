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
    """A row of bars under a scale that ends at `ceiling` visits."""

    bars: list[Bar]
    ceiling: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def half(self) -> int:
        return self.ceiling // 2

    @property
    def total(self) -> int:
        return sum(bar.clicks for bar in self.bars)

    @property
    def today(self) -> Bar:
        return self.bars[-1]


def bars(by_day: list[tuple[date, int]]) -> Chart:
    """Lays out visits a day, in the order given; the last day is today."""
    ceiling = _ceiling(max(clicks for _, clicks in by_day))
    step = WIDTH / len(by_day)
    laid_out = []
    for position, (day, clicks) in enumerate(by_day):
        height = round(HEIGHT * clicks / ceiling, 1)
        laid_out.append(
            Bar(round(position * step, 1), round(HEIGHT - height, 1), round(step - _GAP, 1), height, day, clicks)
        )
    return Chart(laid_out, ceiling)


def _ceiling(highest: int) -> int:
    """The smallest round number that holds the highest bar and whose half is a whole number of visits too."""
    magnitude: int = 10 ** (len(str(highest)) - 1)
    return next(factor * magnitude for factor in (2, 4, 6, 8, 10) if factor * magnitude >= highest)
