"""Does the map computed from NetworkPolicies follow Kubernetes' rules?"""

from typing import Any

import pytest

from testkit.kube.netpol import Endpoint, allowed, open_connections

WEB = Endpoint("web", "shop", {"app": "web"}, ports={"http": 8000}, address="10.244.0.7")
DATABASE = Endpoint("database", "shop", {"app": "database"})
STRANGER = Endpoint("stranger", "other", {"app": "web"}, {"team": "red"})
OUTSIDE = Endpoint("outside", address="203.0.113.9")


def policy(selector: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "any", "namespace": "shop"}, "spec": {"podSelector": selector or {}, **spec}}


def into_web(**rule: Any) -> list[dict[str, Any]]:
    return [policy({"matchLabels": {"app": "web"}}, policyTypes=["Ingress"], ingress=[rule])]


def test_without_policies_everything_is_open() -> None:
    """If red, an unprotected namespace looks protected."""
    assert len(open_connections([], [WEB, DATABASE, OUTSIDE], [("TCP", 80), ("UDP", 53)])) == 3 * 2 * 2


@pytest.mark.parametrize(
    ("spec", "inwards", "outwards"),
    [
        ({"policyTypes": ["Ingress", "Egress"]}, False, False),
        ({"policyTypes": ["Ingress"]}, False, True),
        ({"policyTypes": ["Egress"]}, True, False),
        ({}, False, True),
        ({"ingress": [{}]}, True, True),
        ({"egress": [{}]}, False, True),
    ],
)
def test_what_a_policy_isolates_is_closed_unless_it_says_so(
    spec: dict[str, Any], inwards: bool, outwards: bool
) -> None:
    """If red, a direction that is open looks closed."""
    policies = [policy(**spec)]
    assert allowed(policies, OUTSIDE, WEB, 8000) is inwards, f"into web with {spec}"
    assert allowed(policies, WEB, OUTSIDE, 443) is outwards, f"out of web with {spec}"


@pytest.mark.parametrize(
    ("peer", "sources"),
    [
        ({"podSelector": {}}, {"database"}),
        ({"namespaceSelector": {}}, {"database", "stranger"}),
        ({"namespaceSelector": {"matchLabels": {"team": "red"}}}, {"stranger"}),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}, {"database"}),
        ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "database"}}}, {"database"}),
        ({"ipBlock": {"cidr": "203.0.113.0/24"}}, {"outside"}),
        ({"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.8/29"]}}, set()),
        ({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}}, {"stranger"}),
        ({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}}, {"database"}),
        ({"podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["database"]}]}}, set()),
        (
            {"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["database"]}]}},
            {"database"},
        ),
    ],
)
def test_peers_are_told_apart(peer: dict[str, Any], sources: set[str]) -> None:
    """If red, a policy that lets strangers in passes as one that does not."""
    found = open_connections(into_web(**{"from": [peer]}), [WEB, DATABASE, STRANGER, OUTSIDE], [("TCP", 8000)])
    assert {source for source, target, *_ in found if target == "web"} == sources


@pytest.mark.parametrize(
    ("ports", "open_ports"),
    [
        ([], {8000, 8001}),
        ([{"port": 8000}], {8000}),
        ([{"port": "http"}], {8000}),
        ([{"port": 8000, "endPort": 8001}], {8000, 8001}),
        ([{"protocol": "TCP"}], {8000, 8001}),
        ([{"protocol": "UDP", "port": 8000}], set()),
    ],
)
def test_ports_are_told_apart(ports: list[dict[str, Any]], open_ports: set[int]) -> None:
    """If red, a policy that opens the metrics passes as one that does not."""
    policies = into_web(ports=ports)
    assert {port for port in (8000, 8001) if allowed(policies, DATABASE, WEB, port)} == open_ports


def test_policies_of_another_namespace_say_nothing() -> None:
    """If red, one team's policy seems to protect another's pods."""
    assert allowed([policy(policyTypes=["Ingress"])], DATABASE, STRANGER, 8000)
