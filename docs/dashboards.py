"""Draws the dashboards as a person would see them: ``python docs/dashboards.py --prometheus http://localhost:9090``.

Each panel of deploy/kustomize/components/grafana/dashboards is asked of a running Prometheus, as Grafana would ask it, and
drawn as a line chart; ``docs/images/dashboard-*.png`` are pictures of the two pages. Grafana is not needed, and this is
not what it looks like to the pixel: same questions, same numbers, same units. `make monitoring` starts such a Prometheus.
"""

import argparse
import html
import math
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from testkit.prometheus import Prometheus
from testkit.prometheus.files import Panel, panels

ROOT = Path(__file__).resolve().parent.parent
DASHBOARDS = ROOT / "deploy" / "kustomize" / "components" / "grafana" / "dashboards"
IMAGES = ROOT / "docs" / "images"
LARGEST = 250_000

# Of the drawing, in CSS pixels; the room beside the lines is for the numbers.
WIDTH, HEIGHT = 600, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 10, 8, 22
# Told apart by people who do not see red and green as different, too (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#b8a500")
# Points of a line: as many as can be told apart.
POINTS = 120
# Four scrapes: what Grafana makes of $__rate_interval for a range as short as these.
RATE_INTERVAL = "1m"

STYLE = """
body { margin: 0; padding: 18px; width: 1260px; background: #f4f5f7; color: #1d232a; font: 14px/1.35 DejaVu Sans, sans-serif }
h1 { font-size: 20px; margin: 0 0 2px } header p { margin: 0 0 14px; color: #55606c }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 12px }
section { background: #fff; border: 1px solid #dde1e6; border-radius: 4px; padding: 10px 12px }
h2 { font-size: 14px; margin: 0 } section p { margin: 1px 0 4px; color: #55606c; font-size: 12px }
svg { display: block; width: 100% } svg text { font-size: 11px; fill: #55606c }
ul { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 4px 0 0; padding: 0; font-size: 12px }
i { display: inline-block; width: 14px; height: 3px; margin: 0 5px 3px 0; vertical-align: middle } b { font-weight: 600 }
"""


@dataclass(frozen=True)
class Line:
    """One line of a panel."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Span:
    """What is looked at: from and to, in Unix seconds."""

    start: float
    end: float


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--prometheus", default="http://localhost:9090", metavar="URL")
    parser.add_argument("--minutes", type=float, default=10, help="to look back")
    options = parser.parse_args()
    now = time.time()
    span = Span(now - options.minutes * 60, now)
    server = Prometheus(options.prometheus)
    pages = {file.stem: page(file, server, span) for file in sorted(DASHBOARDS.glob("*.json"))}
    take(pages)


def page(dashboard: Path, server: Prometheus, span: Span) -> str:
    """Return a dashboard as one HTML page."""
    found = panels(dashboard)
    sections = "".join(section(panel, lines_of(panel, server, span), span) for panel in found)
    title = "Strata: the service" if dashboard.stem == "service" else "Strata: its stores and the way in"
    minutes = round((span.end - span.start) / 60)
    until = time.strftime("%H:%M UTC", time.gmtime(span.end))
    head = f"<header><h1>{title}</h1><p>The {minutes} minutes to {until}, from the Compose stack under light load</p></header>"
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{head}<main>{sections}</main>"


def lines_of(panel: Panel, server: Prometheus, span: Span) -> list[Line]:
    step = max((span.end - span.start) / POINTS, 1)
    return [
        Line(query.label(series.labels), series.points)
        for query in panel.queries
        for series in server.query_range(query.over(RATE_INTERVAL), span.start, span.end, step)
        if any(not math.isnan(value) for _, value in series.points)
    ]


def section(panel: Panel, lines: Sequence[Line], span: Span) -> str:
    """Return a panel: its question, its chart, its legend with the latest numbers."""
    legend = "".join(
        f'<li><i style="background:{colour}"></i>{html.escape(line.name)} <b>{shown(line.points[-1][1], panel.unit)}</b></li>'
        for line, colour in zip(lines, COLOURS * 2, strict=False)
    )
    told = f"<h2>{html.escape(panel.title)}</h2><p>{html.escape(panel.description)}</p>"
    return f"<section>{told}{chart(lines, panel.unit, span)}<ul>{legend}</ul></section>"


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


def take(pages: dict[str, str]) -> None:
    """Write a picture of each page into docs/images."""
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if chromium is None:
        sys.exit("dashboards: no browser was found; run `make bootstrap`, or name one in CHROMIUM=/path.")
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        # Root in a container cannot have a sandbox, and only pages of our own are opened.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, text in pages.items():
            view = browser.new_page(viewport={"width": 1296, "height": 800})
            view.set_content(text)
            file = IMAGES / f"dashboard-{name}.png"
            view.screenshot(path=file, full_page=True)
            size = file.stat().st_size
            if size > LARGEST:
                sys.exit(f"dashboards: {file.name} has {size:,} bytes, at most {LARGEST:,} are wanted.")
            print(f"{file.relative_to(ROOT)}  {size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
