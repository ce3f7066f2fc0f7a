"""Does everything that a pod refers to exist: ConfigMap, Secret, key, volume, priority?"""

from collections.abc import Iterator, Mapping

import pytest

from tests.k8s.support.overlays import LOCAL, OVERLAYS, SHARED, Object, Pod, configuration, local_secrets, overlay, pods

Keys = Mapping[tuple[str, str], set[str]]
Reference = tuple[str, str, str, str | None]
"""Where it stands, kind, name, key (None for the whole)."""


def provided(name: str) -> Keys:
    """The keys of all ConfigMaps and Secrets that there will be, by kind and name."""
    keys = {("ConfigMap", item["metadata"]["name"]): set(item["data"]) for item in overlay(name).of("ConfigMap")}
    for item in overlay(name).of("ExternalSecret"):
        keys["Secret", item["spec"]["target"]["name"]] = {entry["secretKey"] for entry in item["spec"]["data"]}
    if name in LOCAL:
        keys["Secret", "strata-secrets"] = set(local_secrets())
    return keys


def references(pod: Pod) -> Iterator[Reference]:
    for where, container in pod.containers():
        for source in container.get("envFrom", []):
            yield from _named(f"{where}: envFrom", source, {"configMapRef": "ConfigMap", "secretRef": "Secret"})
        for variable in container.get("env", []):
            kinds = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
            yield from _named(f"{where}: env {variable['name']}", variable.get("valueFrom", {}), kinds)
    for volume in pod.spec.get("volumes", []):
        where = f"{pod.where}: volume {volume['name']}"
        if "secret" in volume:
            yield from _mounted(where, "Secret", volume["secret"], "secretName")
        if "configMap" in volume:
            yield from _mounted(where, "ConfigMap", volume["configMap"], "name")


def _named(where: str, source: Object, kinds: Mapping[str, str]) -> Iterator[Reference]:
    for field, kind in kinds.items():
        if field in source:
            yield where, kind, source[field]["name"], source[field].get("key")


def _mounted(where: str, kind: str, volume: Object, naming: str) -> Iterator[Reference]:
    for item in volume.get("items", [{"key": None}]):
        yield where, kind, volume[naming], item["key"]


@pytest.mark.parametrize("name", OVERLAYS)
def test_what_a_pod_refers_to_exists(name: str) -> None:
    """Red: pods hang in ContainerCreating, in the middle of a rollout."""
    there = provided(name)
    for pod in pods(name):
        for where, kind, wanted, key in references(pod):
            assert (kind, wanted) in there, f"{where}: there is no {kind} {wanted}; there is {sorted(there)}"
            keys = there[kind, wanted]
            assert key is None or key in keys, f"{where}: {kind} {wanted} has no key {key}; it has {sorted(keys)}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_what_a_container_mounts_is_a_volume_of_its_pod(name: str) -> None:
    """Red: the API server refuses the pod."""
    for pod in pods(name):
        volumes = {volume["name"] for volume in pod.spec.get("volumes", [])}
        volumes |= {claim["metadata"]["name"] for claim in pod.owner["spec"].get("volumeClaimTemplates", [])}
        for where, container in pod.containers():
            mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
            assert mounted <= volumes, f"{where} mounts {sorted(mounted - volumes)}; the pod has {sorted(volumes)}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_each_secret_file_is_where_the_app_looks_for_it(name: str) -> None:
    """Red: the app does not start, for want of a file."""
    for pod in pods(name):
        volumes = pod.spec.get("volumes", [])
        files = {item["path"] for volume in volumes for item in volume.get("secret", {}).get("items", [])}
        for where, container in pod.containers():
            folders = [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "secrets"]
            there = {f"{folder}/{file}" for folder in folders for file in files}
            said = {variable["name"]: variable.get("value", "") for variable in container.get("env", [])}
            said |= configuration(name) if "envFrom" in container else {}
            for variable, path in said.items():
                lost = variable.endswith("_FILE") and path not in there
                assert not lost, f"{where}: {variable} is {path}, where no file is mounted; there are {sorted(there)}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_change_of_configuration_is_a_change_of_the_pods(name: str) -> None:
    """Red: a changed setting is live in those pods that happen to restart, and in no other."""
    for item in overlay(name).of("ConfigMap"):
        full = item["metadata"]["name"]
        assert full != "strata-config", f"{name}: ConfigMap/{full} has no hash in its name: use configMapGenerator"


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_priority_is_one_that_exists(name: str) -> None:
    """Red: no pod can be made."""
    there = {item["metadata"]["name"] for item in overlay(name).of("PriorityClass")}
    for pod in pods(name):
        wanted = pod.spec.get("priorityClassName")
        assert wanted is None or wanted in there, f"{pod.where}: there is no PriorityClass {wanted}"


@pytest.mark.parametrize("name", SHARED)
def test_an_environment_has_secrets_of_its_own(name: str) -> None:
    """Red: staging writes into the database of production."""
    (item,) = overlay(name).of("ExternalSecret")
    for entry in item["spec"]["data"]:
        remote = entry["remoteRef"]
        got, wanted = (remote["key"], remote["property"]), (f"strata/{name}", entry["secretKey"].removeprefix("app."))
        assert got == wanted, f"{name}: ExternalSecret: {entry['secretKey']} comes from {got}; wanted: {wanted}"
