"""On a cluster with the Prometheus Operator: are its objects made of the very rules that Prometheus reads?"""

import yaml

from deploy import operator_rules


def test_each_file_is_an_object_with_the_same_groups() -> None:
    """Red: a threshold is changed in one place, and somebody is woken by the other."""
    objects = list(yaml.safe_load_all(operator_rules.documents(operator_rules.RULES)))
    made = {item["metadata"]["name"]: item["spec"] for item in objects}
    files = {f"strata-{file.stem}": yaml.safe_load(file.read_text()) for file in operator_rules.RULES.glob("*.yml")}
    assert made == files, "PrometheusRule objects and rules/*.yml differ"
    kinds = {(item["apiVersion"], item["kind"]) for item in objects}
    assert kinds == {("monitoring.coreos.com/v1", "PrometheusRule")}, f"the operator does not know {kinds}"
