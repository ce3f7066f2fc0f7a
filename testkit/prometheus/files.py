"""Rules and dashboards as they are written, before any server has seen them.

    for rule in rules(Path("rules")): rule.name, rule.expression, rule.is_alert
    for panel in panels(Path("dashboards/service.json")): panel.title, panel.unit, panel.queries

A dashboard is Grafana's JSON. Grafana replaces a few variables before it asks; `Query.over` does the same.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_INTERVAL = re.compile(r"\$__rate_interval|\$\{__rate_interval\}")
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_DURATION = re.compile(r"(\d+)(ms|[smhdwy])")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}


@dataclass(frozen=True)
class Rule:
    """A recording rule or an alert, and the file that it is in."""

    file: Path
    text: Mapping[str, Any]

    @property
    def is_alert(self) -> bool:
        return "alert" in self.text

    @property
    def name(self) -> str:
        return str(self.text.get("alert") or self.text["record"])

    @property
    def expression(self) -> str:
        return str(self.text["expr"])

    @property
    def labels(self) -> Mapping[str, str]:
        return self.text.get("labels") or {}

    @property
    def annotations(self) -> Mapping[str, str]:
        return self.text.get("annotations") or {}


@dataclass(frozen=True)
class Query:
    """One line, or bundle of lines, of a panel."""

    expression: str
    legend: str

    def over(self, interval: str) -> str:
        """Return the expression with rates over this interval."""
        return _INTERVAL.sub(interval, self.expression)

    def label(self, labels: Mapping[str, str]) -> str:
        """Return what the legend calls a series."""
        return _LABEL.sub(lambda found: labels.get(found[1], ""), self.legend)


@dataclass(frozen=True)
class Panel:
    """One question of a dashboard."""

    title: str
    description: str
    unit: str
    position: Mapping[str, int]
    queries: tuple[Query, ...]


def rules(folder: Path) -> list[Rule]:
    """Return every rule of a folder's files, in their order."""
    return [
        Rule(file, rule)
        for file in sorted(folder.glob("*.yml"))
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
    ]


def panels(dashboard: Path) -> list[Panel]:
    """Return the panels of a dashboard."""
    return [
        Panel(
            title=panel["title"],
            description=panel.get("description", ""),
            unit=panel["fieldConfig"]["defaults"].get("unit", ""),
            position=panel["gridPos"],
            queries=tuple(Query(one["expr"], one.get("legendFormat", "")) for one in panel["targets"]),
        )
        for panel in json.loads(dashboard.read_text())["panels"]
    ]


def seconds(duration: str) -> float:
    """Return a duration of Prometheus, such as `1m30s`, in seconds."""
    return sum(int(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))
