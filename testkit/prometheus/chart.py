"""A line chart as SVG, for answers of a Prometheus.

    svg = chart([Line("p99", points)], unit="s", span=Span(start, end))

Points are pairs of Unix time and value; NaN is a gap. Units are Grafana's words; others are plain numbers.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Of the drawing, in CSS pixels; the room beside the lines is for the numbers.
WIDTH, HEIGHT = 600, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 10, 8, 22
# Told apart by people who do not see red and green as different, too (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#b8a500")


@dataclass(frozen=True)
class Line:
    """One line of a panel."""

    name: str
    points: tuple[tuple[float, float], ...]

    @property
    def latest(self) -> float:
        return self.points[-1][1]


@dataclass(frozen=True)
class Span:
    """What is looked at: from and to, in Unix seconds."""

    start: float
    end: float


def chart(lines: Sequence[Line], unit: str, span: Span) -> str:
    """Return the lines as SVG, from nought to a round number above the highest."""
    highest = max((value for line in lines for _, value in line.points if not math.isnan(value)), default=0)
    ticks = list(scale(highest))
    inside_width, inside_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(at: float) -> float:
        return LEFT + inside_width * (at - span.start) / (span.end - span.start)

    def y(value: float) -> float:
        return TOP + inside_height * (1 - value / ticks[-1])

    parts = [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#e6e9ed"/>'
        f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{shown(tick, unit)}</text>'
        for tick in ticks
    ]
    parts += [f'<text x="{x(at):.1f}" y="{HEIGHT - 5}" text-anchor="middle">{clock(at)}</text>' for at in hours(span)]
    for line, colour in zip(lines, COLOURS * 2, strict=False):
        for run in unbroken(line.points):
            path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in run)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    if not lines:
        parts.append(
            f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle">nothing to show in this stack</text>'
        )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'


def unbroken(points: Sequence[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """Yield the stretches without a gap: where there is no number, there is no line."""
    run: list[tuple[float, float]] = []
    for at, value in points:
        if math.isnan(value):
            if run:
                yield run
            run = []
        else:
            run.append((at, value))
    if run:
        yield run


def scale(highest: float) -> Iterator[float]:
    """Yield nought, and round steps until one is not below the highest value."""
    if highest <= 0:
        highest = 1
    magnitude = 10 ** math.floor(math.log10(highest))
    step = next(size * magnitude for size in (0.25, 0.5, 1, 2, 5) if highest <= 4 * size * magnitude)
    yield from (step * count for count in range(math.ceil(highest / step - 1e-9) + 1))


def hours(span: Span) -> Iterator[float]:
    """Yield some four round minutes."""
    step = max(math.ceil((span.end - span.start) / 60 / 5), 1) * 60
    first = math.ceil(span.start / step) * step
    yield from (at for at in range(first, int(span.end) + 1, step) if span.start + 10 < at < span.end - 10)


def clock(at: float) -> str:
    return time.strftime("%H:%M", time.gmtime(at))


def shown(value: float, unit: str) -> str:
    """Return a number in its unit, as short as it can be read."""
    if math.isnan(value):
        return "–"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "s":
        return f"{value:.3g} s" if value >= 1 or value == 0 else f"{value * 1000:.3g} ms"
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
