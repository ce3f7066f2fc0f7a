"""Rules, alerts and dashboards as they are written."""

import re
from pathlib import Path

from testkit.prometheus import files
from testkit.prometheus.files import Panel, Rule

ROOT = Path(__file__).resolve().parents[3]
COMPONENTS = ROOT / "deploy" / "kustomize" / "components"
RUNBOOKS = ROOT / "docs" / "runbooks"

RULES = files.rules(COMPONENTS / "monitoring" / "rules")
ALERTS = [rule for rule in RULES if rule.is_alert]
DASHBOARDS = sorted((COMPONENTS / "grafana" / "dashboards").glob("*.json"))
PANELS = [(file.stem, panel) for file in DASHBOARDS for panel in files.panels(file)]

# What the app calls its own, and what is recorded from it, with what it is asked by.
_OURS = re.compile(r"\b(strata[_:][\w:]+)(?:\{([^}]*)\})?")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


def expressions() -> list[tuple[str, str]]:
    """Every expression that is evaluated somewhere, with words for where."""
    ruled: list[tuple[str, str]] = [(_where(rule), rule.expression) for rule in RULES]
    drawn = [(_place(name, panel), query.over("5m")) for name, panel in PANELS for query in panel.queries]
    return ruled + drawn


def ours(expression: str) -> list[tuple[str, set[str]]]:
    """The metrics of ours that an expression reads, and the labels by which it chooses among their series."""
    return [(name, set(_LABEL.findall(matchers))) for name, matchers in _OURS.findall(expression)]


def _where(rule: Rule) -> str:
    return f"rules/{rule.file.name}: {rule.name}"


def _place(name: str, panel: Panel) -> str:
    return f"dashboards/{name}.json: {panel.title}"
