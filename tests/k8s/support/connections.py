"""Who may talk to whom: the intended map, and everybody whom it is about.

The static test compares it with what the NetworkPolicies say, the deployed one with what the cluster lets through.
"""

from collections.abc import Mapping

from testkit.kube.netpol import Connection, Endpoint
from tests.k8s.support.overlays import overlay, pods

DNS = {"k8s-app": "kube-dns"}

# Whoever else is in the cluster, or outside it.
OTHERS = [
    Endpoint("ingress", "ingress", {"app.kubernetes.io/name": "skipper"}, address="10.244.0.3"),
    Endpoint("monitoring", "monitoring", namespace_labels={"purpose": "monitoring"}, address="10.244.0.4"),
    Endpoint("dns", "kube-system", DNS, address="10.244.0.5"),
    Endpoint("system", "kube-system", {"k8s-app": "metrics-server"}, address="10.244.0.6"),
    Endpoint("stranger", "elsewhere", {"app.kubernetes.io/component": "web", **DNS}, address="10.244.0.7"),
    Endpoint("internet", address="203.0.113.7"),
    Endpoint("metadata", address="169.254.169.254"),
    # Where the API server is in kind.
    Endpoint("api", address="172.18.0.2"),
]

EVERYWHERE = """
    ingress    -> web  TCP 8000
    web        -> dns  UDP 53
    web        -> dns  TCP 53
    flusher    -> dns  UDP 53
    flusher    -> dns  TCP 53
    migration  -> dns  UDP 53
    migration  -> dns  TCP 53
"""
# Somebody else's Prometheus, where there is none of ours.
SCRAPED_FROM_OUTSIDE = """
    monitoring -> web  TCP 8001
"""
# Ours, and nobody else. Jobs push to it, as no scrape would meet them.
MONITORED = """
    prometheus     -> web             TCP 8001
    prometheus     -> mysql-exporter  TCP 9104
    prometheus     -> redis-exporter  TCP 9121
    prometheus     -> ingress         TCP 9911
    prometheus     -> api             TCP 6443
    mysql-exporter -> mysql           TCP 3306
    redis-exporter -> redis           TCP 6379
    mysql-exporter -> dns             UDP 53
    mysql-exporter -> dns             TCP 53
    redis-exporter -> dns             UDP 53
    redis-exporter -> dns             TCP 53
    flusher        -> prometheus      TCP 9090
    migration      -> prometheus      TCP 9090
"""
WITH_GRAFANA = """
    grafana        -> prometheus      TCP 9090
    grafana        -> dns             UDP 53
    grafana        -> dns             TCP 53
"""
IN_THE_CLUSTER = """
    web        -> mysql  TCP 3306
    flusher    -> mysql  TCP 3306
    migration  -> mysql  TCP 3306
    web        -> redis  TCP 6379
    flusher    -> redis  TCP 6379
    migration  -> redis  TCP 6379
"""
IN_THE_CLOUD = """
    web        -> monitoring  TCP 4318
    web        -> database  TCP 3306
    flusher    -> database  TCP 3306
    migration  -> database  TCP 3306
    web        -> cache     TCP 6379
    flusher    -> cache     TCP 6379
    migration  -> cache     TCP 6379
"""
INTENDED = {
    "local": EVERYWHERE + SCRAPED_FROM_OUTSIDE + IN_THE_CLUSTER,
    "local-monitored": EVERYWHERE + MONITORED + IN_THE_CLUSTER,
    "local-grafana": EVERYWHERE + MONITORED + WITH_GRAFANA + IN_THE_CLUSTER,
    "staging": EVERYWHERE + SCRAPED_FROM_OUTSIDE + IN_THE_CLOUD,
    "production": EVERYWHERE + SCRAPED_FROM_OUTSIDE + IN_THE_CLOUD,
}


def intended(name: str) -> set[str]:
    """Return the rows of an overlay's table."""
    return {" ".join(line.split()) for line in INTENDED[name].splitlines() if line.strip()}


def row(connection: Connection) -> str:
    """Return a connection as a row of the table."""
    source, target, protocol, port = connection
    return f"{source} -> {target} {protocol} {port}"


def wrong(found: set[str], wanted: set[str]) -> list[str]:
    """Return what is wrong with the rows that were found."""
    return [
        *(f"open, but must not be: {one}" for one in sorted(found - wanted)),
        *(f"closed, but needed: {one}" for one in sorted(wanted - found)),
    ]


def ours(name: str) -> list[Endpoint]:
    """Return the pods of an overlay, and one that somebody adds tomorrow."""
    found = [
        Endpoint(
            pod.component, overlay(name).of("Namespace")[0]["metadata"]["name"], pod.labels, ports=_ports(pod.main())
        )
        for pod in pods(name)
    ]
    (web,) = [one for one in found if one.name == "web"]
    return [*found, Endpoint("unlabelled", web.namespace)]


def _ports(container: Mapping[str, list[dict[str, str]]]) -> dict[str, int]:
    return {port["name"]: int(port["containerPort"]) for port in container.get("ports", [])}
