"""Asked by a real Prometheus that scrapes the real stack under load: does every target, rule and panel have data?"""

import pytest

from testkit import wait
from testkit.prometheus import Prometheus, QueryRefused, Sample
from testkit.prometheus.files import Panel, Query, Rule
from tests.container.stack.monitoring.conftest import PATIENCE
from tests.container.stack.monitoring.written import ALERTS, ALL_RULES, DRAWN, RECORDED

JOBS = frozenset({"prometheus", "webapp", "mysql", "redis"})
# Seconds for two scrapes and what is recorded from them, at the tests' pace.
SOON = 30
# What a number with this unit can be, in this stack.
BOUNDS = {"percentunit": (0, 1), "s": (0, 60), "reqps": (0, 1000), "ops": (0, 10_000), "short": (0, 1000)}


def numbers(prometheus: Prometheus, expression: str, why: str) -> list[Sample]:
    """Return the numbers that an expression comes to, as soon as there are some."""

    def probe() -> list[Sample] | wait.NotYet:
        found = prometheus.query(expression)
        return [one for one in found if one.is_number] or wait.NotYet(f"{expression} gives {found or 'nothing'}")

    try:
        return wait.until(probe, SOON, every=0.5, why=why)
    except QueryRefused as refused:
        raise AssertionError(f"{why}: Prometheus refuses {refused}") from None


def test_every_target_is_up(prometheus: Prometheus) -> None:
    """Red: a part of the stack is not watched: a wrong port, no account, a closed network."""
    found = {target.job for target in prometheus.wait_until_all_up(PATIENCE, JOBS)}
    assert found == JOBS, f"Prometheus scrapes {sorted(found)}; wanted: {sorted(JOBS)}"
    for metric in ("mysql_up", "redis_up"):
        (sample,) = numbers(prometheus, metric, why=f"{metric} to be known")
        assert sample.value == 1, f"{metric} is 0: the exporter cannot log in to its store"


def test_every_rule_is_loaded_and_works(prometheus: Prometheus) -> None:
    """Red: an alert stands in a file, and nobody ever evaluates it."""
    rules = [rule for group in prometheus.rule_groups() for rule in group["rules"]]
    loaded, wanted = {rule["name"] for rule in rules}, {rule.name for rule in ALL_RULES}
    assert loaded == wanted, f"not loaded: {sorted(wanted - loaded)}; not in a file: {sorted(loaded - wanted)}"
    broken = {rule["name"]: rule["lastError"] for rule in rules if rule.get("lastError")}
    assert not broken, f"rules fail: {broken}"


@pytest.mark.parametrize("rule", RECORDED, ids=[f"{rule.name} {dict(rule.labels)}" for rule in RECORDED])
def test_a_recording_rule_has_numbers(prometheus: Prometheus, rule: Rule) -> None:
    """Red: what is built on it, an alert or a panel, is silent for ever."""
    assert numbers(prometheus, rule.expression, why=f"{rule.file.name}: {rule.name}: numbers under load")


@pytest.mark.parametrize("rule", ALERTS, ids=[rule.name for rule in ALERTS])
def test_what_an_alert_reads_exists(prometheus: Prometheus, rule: Rule) -> None:
    """Red: the alert never fires, as it asks for something that nobody exposes."""
    read = prometheus.selectors(rule.expression)
    assert read, f"{rule.name} reads nothing: {rule.expression}"
    for selector in read:
        found = numbers(prometheus, selector.metric, why=f"{rule.name}: {selector.metric} to exist")
        lacking = selector.labels - {label for sample in found for label in sample.labels}
        assert not lacking, f"{rule.name} asks {selector.metric} by {sorted(lacking)}, which it has not"


@pytest.mark.parametrize("rule", ALERTS, ids=[rule.name for rule in ALERTS])
def test_nothing_is_wrong_with_a_healthy_stack(prometheus: Prometheus, rule: Rule) -> None:
    """Red: somebody is woken every night, and stops to listen."""
    prometheus.wait_until_all_up(PATIENCE)

    def is_calm() -> bool | wait.NotYet:
        calm = prometheus.alerts().get(rule.name) != "firing"
        return calm or wait.NotYet(f"{rule.name} fires: {prometheus.query(rule.expression)}")

    # Another test may have stopped a store just before.
    wait.until(is_calm, SOON, every=0.5, why=f"{rule.name} not to fire while nothing is wrong")


@pytest.mark.parametrize(("where", "panel", "query"), DRAWN, ids=[f"{where} {q.legend}" for where, _, q in DRAWN])
def test_a_panel_has_lines_in_its_unit(prometheus: Prometheus, where: str, panel: Panel, query: Query) -> None:
    """Red: the panel is empty when somebody needs it, or shows numbers that cannot be."""
    least, most = BOUNDS[panel.unit]
    for sample in numbers(prometheus, query.over("15s"), why=f"{where}: a line"):
        assert least <= sample.value <= most, f"{where}: {query.label(sample.labels)} is {sample.value} {panel.unit}"
        assert query.label(sample.labels), f"{where}: the legend {query.legend} names nothing in {dict(sample.labels)}"
