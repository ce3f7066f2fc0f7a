"""Are rules and dashboards read as Prometheus and Grafana would read them?"""

import json
from pathlib import Path

import pytest

from testkit.prometheus.files import Query, panels, rules, seconds


def test_rules_know_their_file_and_kind(tmp_path: Path) -> None:
    """Red: an alert is taken for a recording rule, and nobody asks whether it can fire."""
    (tmp_path / "a.yml").write_text(
        "groups: [{name: g, rules: [{record: 'a:b', expr: up}, {alert: C, expr: up == 0}]}]"
    )
    recorded, alert = rules(tmp_path)
    assert (recorded.name, recorded.is_alert, alert.name, alert.is_alert) == ("a:b", False, "C", True)
    assert (alert.file.name, alert.expression, dict(alert.labels)) == ("a.yml", "up == 0", {})


def test_panels_carry_unit_and_questions(tmp_path: Path) -> None:
    """Red: a panel is checked without its unit, or with one of its lines left out."""
    panel = {"title": "Q?", "gridPos": {"x": 0}, "fieldConfig": {"defaults": {"unit": "s"}}}
    file = tmp_path / "d.json"
    file.write_text(json.dumps({"panels": [{**panel, "targets": [{"expr": "a"}, {"expr": "b", "legendFormat": "B"}]}]}))
    (found,) = panels(file)
    assert (found.title, found.unit, [query.expression for query in found.queries]) == ("Q?", "s", ["a", "b"])


def test_a_query_is_asked_as_grafana_asks_it() -> None:
    """Red: what is checked is not what a person sees."""
    query = Query("rate(a[$__rate_interval]) + rate(b[${__rate_interval}])", "{{job}} {{ kind }}")
    assert query.over("1m") == "rate(a[1m]) + rate(b[1m])"
    assert query.label({"job": "web"}) == "web "


@pytest.mark.parametrize(
    ("text", "wanted"), [("15s", 15), ("2m", 120), ("1h30m", 5400), ("3d", 259200), ("500ms", 0.5)]
)
def test_durations_are_prometheus(text: str, wanted: float) -> None:
    """Red: a test waits for another time than the alert."""
    assert seconds(text) == wanted
