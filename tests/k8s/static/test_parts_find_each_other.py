"""Do selectors, ports and targets lead where they should: Deployment, Service, Ingress, budget, autoscaler?"""

from typing import Any

import pytest

from testkit.kube.netpol import selects
from tests.k8s.support.overlays import OTHERS_PROGRAMS, OVERLAYS, Object, Pod, overlay, pods


def of(name: str, *kinds: str) -> list[Any]:
    return [item for kind in kinds for item in overlay(name).of(kind)]


def selected(name: str, selector: Object) -> list[Pod]:
    return [pod for pod in pods(name) if selects(selector, pod.labels)]


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_controller_selects_its_own_pods_and_no_others(name: str) -> None:
    """Red: the API server refuses it, or two controllers fight for one pod."""
    for pod in pods(name):
        if pod.owner["kind"] == "Job":
            continue
        selector = pod.owner["spec"]["selector"]
        found = [other.where for other in selected(name, selector)]
        assert found == [pod.where], f"{pod.where}: its selector {selector} matches the pods of {found or 'nothing'}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_service_leads_to_a_port_of_its_pods(name: str) -> None:
    """Red: everything runs, and nobody is answered."""
    for service in of(name, "Service"):
        where = f"{name}: Service/{service['metadata']['name']}"
        selector = service["spec"]["selector"]
        found = selected(name, {"matchLabels": selector})
        assert len(found) == 1, f"{where}: its selector {selector} matches {[pod.where for pod in found] or 'no pod'}"
        there = {port["name"]: port["containerPort"] for port in found[0].main()["ports"]}
        for port in service["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            known = {*there, *there.values()}
            assert target in known, f"{where}: targetPort {target} is no port of {found[0].where}; it has {there}"
            number = there.get(target, target)
            assert port["port"] == number, f"{where}: port is {port['port']}, and {target} of the pods is {number}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_only_the_public_port_is_served(name: str) -> None:
    """Red: visitors read the metrics."""
    for service in of(name, "Service"):
        ports = [port["port"] for port in service["spec"]["ports"]]
        kind = service["spec"].get("type", "ClusterIP")
        assert kind == "ClusterIP", f"{name}: Service/{service['metadata']['name']} is a {kind}; the Ingress is the way"
        assert 8001 not in ports, f"{name}: Service/{service['metadata']['name']} serves 8001, the metrics"


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_ingress_leads_to_a_port_of_a_service(name: str) -> None:
    """Red: the ingress controller answers 404 or 503 to everybody."""
    (ingress,) = of(name, "Ingress")
    services = {service["metadata"]["name"]: service["spec"]["ports"] for service in of(name, "Service")}
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            assert backend["name"] in services, (
                f"{name}: Ingress: no Service {backend['name']}; there is {set(services)}"
            )
            ports = services[backend["name"]]
            wanted = backend["port"].get("name", backend["port"].get("number"))
            there = [value for port in ports for value in (port["name"], port["port"])]
            assert wanted in there, f"{name}: Ingress: Service {backend['name']} has no port {wanted}; it has {there}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_autoscaler_owns_the_number_of_its_pods(name: str) -> None:
    """Red: the load is not followed, or each deployment sets the number back in the middle of the day."""
    (scaler,) = of(name, "HorizontalPodAutoscaler")
    target = scaler["spec"]["scaleTargetRef"]
    found = [
        pod
        for pod in pods(name)
        if (pod.owner["kind"], pod.owner["metadata"]["name"]) == (target["kind"], target["name"])
    ]
    assert found, f"{name}: HorizontalPodAutoscaler: there is no {target['kind']} {target['name']} to scale"
    owner = found[0].owner
    assert owner["apiVersion"] == target["apiVersion"], (
        f"{name}: HorizontalPodAutoscaler: apiVersion {target['apiVersion']}"
    )
    assert "replicas" not in owner["spec"], (
        f"{found[0].where}: replicas is {owner['spec'].get('replicas')}; the autoscaler owns it"
    )
    least, most = scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]
    assert 2 <= least < most, f"{name}: HorizontalPodAutoscaler: {least} to {most} pods; two at least, and room above"


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_budget_covers_what_serves(name: str) -> None:
    """Red: the upgrade of a node takes all pods at once."""
    budgets = {item["metadata"]["name"]: item["spec"] for item in of(name, "PodDisruptionBudget")}
    (web,) = [pod for pod in pods(name) if pod.component == "web"]
    (least,) = [item["spec"]["minReplicas"] for item in of(name, "HorizontalPodAutoscaler")]
    covering = [spec for spec in budgets.values() if selects(spec["selector"], web.labels)]
    assert len(covering) == 1, (
        f"{web.where}: {len(covering)} PodDisruptionBudgets cover it; one is wanted, of {set(budgets)}"
    )
    may_go = covering[0].get("maxUnavailable")
    assert isinstance(may_go, int), f"{name}: PodDisruptionBudget: maxUnavailable is {may_go}; wanted: a number"
    assert 1 <= may_go < least, f"{name}: PodDisruptionBudget: maxUnavailable {may_go}, of at least {least} pods"
    for budget, spec in budgets.items():
        covered = [pod.where for pod in selected(name, spec["selector"])]
        assert covered == [web.where], f"{name}: PodDisruptionBudget/{budget} covers {covered or 'nothing'}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_pods_are_spread_among_their_like(name: str) -> None:
    """Red: all pods are on one node, and go with it."""
    (web,) = [pod for pod in pods(name) if pod.component == "web"]
    spread = {one["topologyKey"]: one for one in web.spec.get("topologySpreadConstraints", [])}
    for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname"):
        assert key in spread, f"{web.where}: topologySpreadConstraints do not name {key}"
        matches = selects(spread[key].get("labelSelector", {"matchLabels": {"": ""}}), web.labels)
        assert matches, f"{web.where}: the spread over {key} selects other pods"
    strict = [key for key, one in spread.items() if one["whenUnsatisfiable"] == "DoNotSchedule"]
    wanted = ["topology.kubernetes.io/zone"] if name == "production" else []
    assert strict == wanted, f"{web.where}: DoNotSchedule for {strict}; wanted: {wanted}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_lost_answer_of_the_name_server_costs_a_second(name: str) -> None:
    """Red: a visit in whose way a packet is lost waits five seconds, the C library's own time-out, on every store."""
    for pod in pods(name):
        if pod.component in OTHERS_PROGRAMS:
            continue
        options = {one["name"]: one.get("value") for one in pod.spec.get("dnsConfig", {}).get("options", [])}
        assert options.get("timeout") == "1", f"{pod.where}: dnsConfig.options has {options}; wanted: timeout 1"
        assert int(options.get("attempts") or 0) >= 2, f"{pod.where}: dnsConfig.options has {options}; asked once only"
