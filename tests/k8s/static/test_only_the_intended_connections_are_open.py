"""Is the map of open connections, computed from the NetworkPolicies, exactly the intended one?"""

import pytest

from testkit.kube.netpol import Endpoint, open_connections
from tests.k8s.support.connections import OTHERS, intended, ours, row, wrong
from tests.k8s.support.overlays import OVERLAYS, overlay

# By overlay: an address of the database's subnets, of the cache's, and a neighbour of them.
CLOUD = {
    "staging": {"database": "10.20.64.9", "cache": "10.20.80.9", "neighbour": "10.20.96.9"},
    "production": {"database": "10.10.64.9", "cache": "10.10.80.9", "neighbour": "10.10.96.9"},
}
PORTS = [
    ("TCP", 8000),
    ("TCP", 8001),
    ("TCP", 3306),
    ("TCP", 6379),
    ("TCP", 53),
    ("UDP", 53),
    ("TCP", 4318),
    ("TCP", 9090),
    ("TCP", 9104),
    ("TCP", 9121),
    ("TCP", 9911),
    ("TCP", 3000),
    ("TCP", 6443),
    ("TCP", 443),
    ("TCP", 80),
]


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_map_is_the_intended_one(name: str) -> None:
    """Red: a part cannot reach what it needs, or a break-in into one part is a break-in into its neighbours."""
    mine = ours(name)
    everybody = [*mine, *OTHERS, *(Endpoint(what, address=ip) for what, ip in CLOUD.get(name, {}).items())]
    inside = {one.name for one in mine}
    found = {
        row(connection)
        for connection in open_connections(overlay(name).of("NetworkPolicy"), everybody, PORTS)
        if inside & set(connection[:2])
    }
    problems = wrong(found, intended(name))
    assert not problems, f"{name}: NetworkPolicy:\n  " + "\n  ".join(problems[:12])


@pytest.mark.parametrize("name", OVERLAYS)
def test_both_directions_are_denied_to_every_pod(name: str) -> None:
    """Red: a pod that somebody adds tomorrow is open to everybody."""
    closed = [
        policy["metadata"]["name"]
        for policy in overlay(name).of("NetworkPolicy")
        if policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ]
    assert closed, f"{name}: no NetworkPolicy denies Ingress and Egress to all pods (podSelector: {{}})"
