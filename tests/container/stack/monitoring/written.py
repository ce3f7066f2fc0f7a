"""What is to be evaluated: every rule and every panel, with words for where it stands."""

from testkit.prometheus import files
from tests.container.stack.monitoring.pace import MONITORING, RULES

DASHBOARDS = MONITORING.parent / "grafana" / "dashboards"

ALL_RULES = files.rules(RULES)
RECORDED = [rule for rule in ALL_RULES if not rule.is_alert]
ALERTS = [rule for rule in ALL_RULES if rule.is_alert]
# A panel and one of its questions. The ingress controller is in the cluster alone.
DRAWN = [
    (f"{file.stem}: {panel.title}", panel, query)
    for file in sorted(DASHBOARDS.glob("*.json"))
    for panel in files.panels(file)
    for query in panel.queries
    if "skipper_" not in query.expression
]
