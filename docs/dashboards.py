"""Draws the dashboards as a person would see them: ``python docs/dashboards.py --prometheus http://localhost:9090``.

Each panel of deploy/kustomize/components/grafana/dashboards is asked of a running Prometheus, as Grafana would ask it,
and drawn as a line chart; ``docs/images/dashboard-*.png`` are pictures of the two pages. Grafana looks different:
same questions, same numbers, same units. `make monitoring` starts such a Prometheus.
"""

import argparse
import html
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from testkit.browser import NoBrowser, chromium
from testkit.prometheus import Prometheus
from testkit.prometheus.chart import COLOURS, Line, Span, chart, shown
from testkit.prometheus.files import Panel, panels

ROOT = Path(__file__).resolve().parent.parent
DASHBOARDS = ROOT / "deploy" / "kustomize" / "components" / "grafana" / "dashboards"
IMAGES = ROOT / "docs" / "images"
LARGEST = 250_000

# Points of a line: as many as can be told apart.
POINTS = 120
# Four scrapes: what Grafana makes of $__rate_interval for a range as short as these.
RATE_INTERVAL = "1m"

STYLE = """
body { margin: 0; padding: 18px; width: 1260px; background: #f4f5f7; color: #1d232a }
body { font: 14px/1.35 DejaVu Sans, sans-serif }
h1 { font-size: 20px; margin: 0 0 2px } header p { margin: 0 0 14px; color: #55606c }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 12px }
section { background: #fff; border: 1px solid #dde1e6; border-radius: 4px; padding: 10px 12px }
h2 { font-size: 14px; margin: 0 } section p { margin: 1px 0 4px; color: #55606c; font-size: 12px }
svg { display: block; width: 100% } svg text { font-size: 11px; fill: #55606c }
ul { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 4px 0 0; padding: 0; font-size: 12px }
i { display: inline-block; width: 14px; height: 3px; margin: 0 5px 3px 0; vertical-align: middle }
"""


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
    told = f"The {minutes} minutes to {until}, from the Compose stack under light load"
    head = f"<header><h1>{title}</h1><p>{told}</p></header>"
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
        f'<li><i style="background:{colour}"></i>{html.escape(line.name)} <b>{shown(line.latest, panel.unit)}</b></li>'
        for line, colour in zip(lines, COLOURS * 2, strict=False)
    )
    told = f"<h2>{html.escape(panel.title)}</h2><p>{html.escape(panel.description)}</p>"
    return f"<section>{told}{chart(lines, panel.unit, span)}<ul>{legend}</ul></section>"


def take(pages: dict[str, str]) -> None:
    """Write a picture of each page into docs/images."""
    IMAGES.mkdir(exist_ok=True)
    with chromium() as browser:
        for name, text in pages.items():
            view = browser.new_page(viewport={"width": 1296, "height": 800})
            view.set_content(text)
            file = IMAGES / f"dashboard-{name}.png"
            view.screenshot(path=file, full_page=True)
            size = file.stat().st_size
            if size > LARGEST:
                sys.exit(f"dashboards: {file.name} has {size:,} bytes, at most {LARGEST:,} are wanted.")
            print(f"{file.relative_to(ROOT)}  {size // 1000} kB")


if __name__ == "__main__":
    try:
        main()
    except NoBrowser as error:
        sys.exit(f"dashboards: {error}. Remedy: `make bootstrap`.")
