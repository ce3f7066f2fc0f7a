"""Would Pod Security `restricted`, and this house's own rules beyond it, let every pod in?"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.k8s.support.overlays import OVERLAYS, Object, every_container, every_pod, name_of, overlay

NOTHING: dict[str, Any] = {}

# What the pod's spec must say: field, whether it is right, what is wanted.
POD_RULES: list[tuple[str, Callable[[Any], bool], str]] = [
    ("securityContext.runAsNonRoot", lambda value: value is True, "true"),
    ("securityContext.runAsUser", lambda value: isinstance(value, int) and value > 0, "a number above 0"),
    ("securityContext.runAsGroup", lambda value: isinstance(value, int) and value > 0, "a number above 0"),
    ("securityContext.seccompProfile.type", lambda value: value == "RuntimeDefault", "RuntimeDefault"),
    ("automountServiceAccountToken", lambda value: value is False, "false"),
    ("enableServiceLinks", lambda value: value is False, "false"),
    ("serviceAccountName", lambda value: value not in {None, "default"}, "an account of its own"),
    ("hostNetwork", lambda value: not value, "unset"),
    ("hostPID", lambda value: not value, "unset"),
    ("hostIPC", lambda value: not value, "unset"),
]
CONTAINER_RULES: list[tuple[str, Callable[[Any], bool], str]] = [
    ("securityContext.allowPrivilegeEscalation", lambda value: value is False, "false"),
    ("securityContext.readOnlyRootFilesystem", lambda value: value is True, "true"),
    ("securityContext.capabilities.drop", lambda value: value == ["ALL"], "[ALL]"),
    ("securityContext.capabilities.add", lambda value: not value, "unset"),
    ("securityContext.privileged", lambda value: not value, "unset"),
    ("securityContext.runAsNonRoot", lambda value: value in {None, True}, "unset, or true"),
    ("securityContext.runAsUser", lambda value: value != 0, "unset, or above 0"),
    ("securityContext.seccompProfile.type", lambda value: value in {None, "RuntimeDefault"}, "unset"),
]
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


LOOKS_FOR_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}


def value_at(item: Object, path: str) -> Any:
    for key in path.split("."):
        item = item.get(key, NOTHING) if isinstance(item, Mapping) else NOTHING
    return None if item is NOTHING else item


@pytest.mark.parametrize(("field", "is_right", "wanted"), POD_RULES, ids=[rule[0] for rule in POD_RULES])
def test_a_pod_has_it(field: str, is_right: Callable[[Any], bool], wanted: str) -> None:
    """Red: the namespace refuses the pod, or a break-in gets more than the pod needs."""
    for pod in every_pod():
        got = value_at(pod.spec, field)
        assert is_right(got), f"{pod.where}: spec.{field} is {got!r}; wanted: {wanted}"


@pytest.mark.parametrize(("field", "is_right", "wanted"), CONTAINER_RULES, ids=[rule[0] for rule in CONTAINER_RULES])
def test_a_container_has_it(field: str, is_right: Callable[[Any], bool], wanted: str) -> None:
    """Red: the namespace refuses the pod, or a break-in gets more than the container needs."""
    for where, container in every_container():
        got = value_at(container, field)
        assert is_right(got), f"{where}: {field} is {got!r}; wanted: {wanted}"


def test_volumes_are_of_the_harmless_kinds_and_bounded() -> None:
    """Red: a pod reaches into its node, or fills the node's disk."""
    for pod in every_pod():
        for volume in pod.spec.get("volumes", []):
            (kind,) = set(volume) - {"name"}
            assert kind in VOLUMES, f"{pod.where}: volume {volume['name']} is a {kind}, which `restricted` refuses"
            limited = kind != "emptyDir" or "sizeLimit" in volume["emptyDir"]
            assert limited, f"{pod.where}: volume {volume['name']} is an emptyDir without sizeLimit"


def test_no_host_port_is_taken() -> None:
    """Red: two pods cannot share a node, and policies are bypassed."""
    for where, container in every_container():
        taken = [port["hostPort"] for port in container.get("ports", []) if "hostPort" in port]
        assert not taken, f"{where} takes the host ports {taken}"


@pytest.mark.parametrize("name", OVERLAYS)
@pytest.mark.parametrize("mode", ["enforce", "warn", "audit"])
def test_the_namespace_asks_for_it(name: str, mode: str) -> None:
    """Red: the next pod that asks for root is let in."""
    (namespace,) = overlay(name).of("Namespace")
    labels = namespace["metadata"].get("labels", {})
    for label, wanted in ((mode, "restricted"), (f"{mode}-version", "v1.35")):
        got = labels.get(f"pod-security.kubernetes.io/{label}")
        assert got == wanted, f"{name}: Namespace: pod-security.kubernetes.io/{label} is {got}; wanted: {wanted}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_account_has_a_token(name: str) -> None:
    """Red: whoever breaks into a pod can ask the API server for more."""
    accounts = {item["metadata"]["name"]: item for item in overlay(name).of("ServiceAccount")}
    for account, item in accounts.items():
        got = item.get("automountServiceAccountToken")
        assert got is False, f"{name}: ServiceAccount/{account}: automountServiceAccountToken is {got}; wanted: false"
    for pod in every_pod():
        missing = pod.overlay == name and pod.spec.get("serviceAccountName") not in accounts
        assert not missing, f"{pod.where}: the ServiceAccount {pod.spec.get('serviceAccountName')} is not in {name}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_nobody_has_a_right_but_prometheus_to_look_for_pods(name: str) -> None:
    """Red: the same; or a break-in into the monitoring reads every secret of the cluster."""
    wide = [name_of(item) for kind in ("ClusterRole", "ClusterRoleBinding") for item in overlay(name).of(kind)]
    assert not wide, f"{name}: {', '.join(wide)} gives rights in the whole cluster; nothing here needs any"
    for binding in overlay(name).of("RoleBinding"):
        who = [(subject["kind"], subject["name"]) for subject in binding["subjects"]]
        assert who == [("ServiceAccount", "prometheus")], f"{name}: {name_of(binding)} gives rights to {who}"
    for role in overlay(name).of("Role"):
        assert role["rules"] == [LOOKS_FOR_PODS], f"{name}: {name_of(role)} allows {role['rules']}; {LOOKS_FOR_PODS}"
