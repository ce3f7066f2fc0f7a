"""Who may talk to whom, computed from NetworkPolicies, without a cluster.

    web = Endpoint("web", namespace="shop", labels={"app": "web"})
    database = Endpoint("database", namespace="shop", labels={"app": "database"}, ports={"mysql": 3306})
    internet = Endpoint("internet", address="203.0.113.1")
    open_connections(policies, [web, database, internet], [("TCP", 3306)])     # {("web", "database", "TCP", 3306)}

The rules are Kubernetes': a pod that no policy selects for a direction is open in that direction; one that is selected
may do what any of its policies allows, and nothing else; a connection needs its source's egress and its target's
ingress. What the API server would refuse (a wrong operator, a wrong type) raises here as well.

Not modelled, because no policy can say it: replies always pass, and so does a node to the pods that run on it (probes).
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]
Connection = tuple[str, str, str, int]
"""Source, target, protocol, port."""


@dataclass(frozen=True)
class Endpoint:
    """A pod, or something outside the cluster.

    name: what it is called in results.
    namespace: None for what is outside.
    namespace_labels: further labels of the namespace; `kubernetes.io/metadata.name` is always there.
    ports: numbers by name, for policies that name a port.
    address: what an ipBlock is compared with; a pod without one is in no block.
    """

    name: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    address: str | None = None


def open_connections(
    policies: Sequence[Policy], endpoints: Sequence[Endpoint], ports: Iterable[tuple[str, int]]
) -> set[Connection]:
    """Return every connection between two different endpoints that the policies let through."""
    wanted = list(ports)
    return {
        (source.name, target.name, protocol, port)
        for source in endpoints
        for target in endpoints
        if source != target
        for protocol, port in wanted
        if allowed(policies, source, target, port, protocol)
    }


def allowed(policies: Sequence[Policy], source: Endpoint, target: Endpoint, port: int, protocol: str = "TCP") -> bool:
    """Say whether `source` may open a connection to `target`."""
    leaves = _passes(policies, "Egress", source, target, (protocol, _names_of(target, port)))
    return leaves and _passes(policies, "Ingress", target, source, (protocol, _names_of(target, port)))


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Say whether a label selector matches. An empty one matches everything."""
    same = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return same and all(_holds(expression, labels) for expression in selector.get("matchExpressions", ()))


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    return {
        "In": lambda: value in expression["values"],
        "NotIn": lambda: value not in expression["values"],
        "Exists": lambda: value is not None,
        "DoesNotExist": lambda: value is None,
    }[expression["operator"]]()


def _passes(
    policies: Sequence[Policy], direction: str, pod: Endpoint, other: Endpoint, port: tuple[str, set[Any]]
) -> bool:
    """Say whether `pod` is open towards `other`; what is outside the cluster has no policies."""
    mine = [policy for policy in policies if direction in _directions(policy) and _applies(policy, pod)]
    if not mine:
        return True
    rules_of, peers_of = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    return any(
        _any_peer(policy, rule.get(peers_of), other) and _any_port(rule.get("ports"), port)
        for policy in mine
        for rule in policy["spec"].get(rules_of) or ()
    )


def _directions(policy: Policy) -> Sequence[str]:
    spec = policy["spec"]
    named: Sequence[str] = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    return named


def _applies(policy: Policy, pod: Endpoint) -> bool:
    if pod.namespace is None:
        return False
    return _namespace_of(policy) == pod.namespace and selects(policy["spec"].get("podSelector") or {}, pod.labels)


def _namespace_of(policy: Policy) -> str:
    return str(policy["metadata"].get("namespace", "default"))


def _any_peer(policy: Policy, peers: Sequence[Mapping[str, Any]] | None, other: Endpoint) -> bool:
    return not peers or any(_is_peer(policy, peer, other) for peer in peers)


def _is_peer(policy: Policy, peer: Mapping[str, Any], other: Endpoint) -> bool:
    if block := peer.get("ipBlock"):
        return other.address is not None and _in_block(block, other.address)
    if other.namespace is None:
        return False
    if (namespaces := peer.get("namespaceSelector")) is None:
        right_namespace = other.namespace == _namespace_of(policy)
    else:
        labels = {**other.namespace_labels, "kubernetes.io/metadata.name": other.namespace}
        right_namespace = selects(namespaces, labels)
    return right_namespace and selects(peer.get("podSelector") or {}, other.labels)


def _in_block(block: Mapping[str, Any], address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    outside = any(parsed in ipaddress.ip_network(hole) for hole in block.get("except", ()))
    return parsed in ipaddress.ip_network(block["cidr"]) and not outside


def _names_of(target: Endpoint, port: int) -> set[Any]:
    return {port, *(name for name, number in target.ports.items() if number == port)}


def _any_port(entries: Sequence[Mapping[str, Any]] | None, port: tuple[str, set[Any]]) -> bool:
    return not entries or any(_is_port(entry, *port) for entry in entries)


def _is_port(entry: Mapping[str, Any], protocol: str, names: set[Any]) -> bool:
    if entry.get("protocol", "TCP") != protocol:
        return False
    if "port" not in entry:
        return True
    if "endPort" in entry:
        return any(isinstance(name, int) and entry["port"] <= name <= entry["endPort"] for name in names)
    return entry["port"] in names
