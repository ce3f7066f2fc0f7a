"""Does Prometheus' own tool take the configuration, the rules, and every alert's test?"""

from pathlib import Path

import pytest
import yaml

from testkit.prometheus import files
from testkit.prometheus.promtool import promtool
from tests.container.conftest import chosen
from tests.container.support.names import ROOT

MONITORING = Path("deploy/kustomize/components/monitoring")
RULES = MONITORING / "rules"
TESTS = Path(__file__).with_name("alerts").relative_to(ROOT)
SCRAPES = {"compose": Path("deploy/compose/scrape.yml"), "kubernetes": MONITORING / "scrape.yml"}

ALERTS = [rule for rule in files.rules(ROOT / RULES) if rule.is_alert]


@pytest.fixture(scope="module")
def image() -> str:
    return chosen("PROMETHEUS_IMAGE")


@pytest.mark.parametrize("where", SCRAPES)
def test_prometheus_takes_its_configuration(image: str, where: str) -> None:
    """Red: Prometheus does not start."""
    mounts = {
        ROOT / MONITORING / "prometheus.yml": "/etc/prometheus/prometheus.yml",
        ROOT / RULES: "/etc/prometheus/rules",
        ROOT / SCRAPES[where]: "/etc/prometheus/scrape/scrape.yml",
    }
    done = promtool(image, ROOT / MONITORING, "check", "config", "/etc/prometheus/prometheus.yml", mounts=mounts)
    # It looks for the cluster's token, which is nowhere but in a pod.
    refused = [line for line in done.output.splitlines() if "FAILED" in line or "error" in line.lower()]
    assert done.code == 0, f"promtool refuses the configuration for {where}:\n{done.output}"
    assert not refused, f"promtool finds fault with the configuration for {where}: {refused}"


def test_prometheus_takes_the_rules(image: str) -> None:
    """Red: Prometheus does not start, or two rules record the same."""
    names = [str(file.relative_to(ROOT)) for file in sorted((ROOT / RULES).glob("*.yml"))]
    done = promtool(image, ROOT, "check", "rules", "--lint=all", "--lint-fatal", *names)
    assert done.code == 0, f"promtool refuses the rules:\n{done.output}"


def test_alerts_fire_when_they_should_and_not_before(image: str) -> None:
    """Red: somebody is woken for nothing, too late, or by a message that says something else."""
    tests = [str(TESTS / file.name) for file in sorted((ROOT / TESTS).glob("*.yml"))]
    done = promtool(image, ROOT, "test", "rules", *tests)
    assert done.code == 0, f"promtool test rules:\n{done.output}"


@pytest.mark.parametrize("alert", ALERTS, ids=[alert.name for alert in ALERTS])
def test_an_alert_is_tested_from_all_sides(alert: files.Rule) -> None:
    """Red: a threshold or a `for` can be changed, and no test notices."""
    tests = ROOT / TESTS / alert.file.name
    assert tests.is_file(), f"{alert.name} has no tests: {TESTS / alert.file.name} does not exist"
    text = yaml.safe_load(tests.read_text())
    cases = [one for test in text["tests"] for one in test["alert_rule_test"] if one["alertname"] == alert.name]
    fires = [case for case in cases if case["exp_alerts"]]
    quiet = {case["eval_time"] for case in cases if not case["exp_alerts"]}
    assert fires, f"{alert.name}: no case in which it fires"
    assert len(quiet) >= 2, f"{alert.name}: it must be quiet just below and when all is over; quiet only at {quiet}"
    for case in fires:
        for told in case["exp_alerts"]:
            assert told["exp_labels"].get("severity"), f"{alert.name} at {case['eval_time']}: no severity is expected"
            lacking = {"summary", "description", "runbook_url"} - set(told["exp_annotations"])
            assert not lacking, f"{alert.name} at {case['eval_time']}: {sorted(lacking)} not expected"
