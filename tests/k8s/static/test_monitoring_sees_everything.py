"""Does Prometheus read every rule, find every target at its port, and is it Compose's, looking elsewhere?"""

import fnmatch
import re
from typing import Any

import pytest
import yaml

from tests.k8s.support.overlays import KUSTOMIZE, ROOT, Pod, overlay, pod, pods

NAME = "local-grafana"
MONITORING = KUSTOMIZE / "components" / "monitoring"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
SKIPPER = yaml.safe_load((ROOT / "deploy/cluster/addons/ingress/deployment.yaml").read_text())

CONFIG = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
JOBS = {job["job_name"]: job for job in yaml.safe_load((MONITORING / "scrape.yml").read_text())["scrape_configs"]}
COMPOSE_JOBS = {
    job["job_name"]: job for job in yaml.safe_load((ROOT / "deploy/compose/scrape.yml").read_text())["scrape_configs"]
}
# Found by label and port, by job.
DISCOVERED = {"webapp": "web", "mysql": "mysql-exporter", "redis": "redis-exporter"}
# Where each program listens unless it is told otherwise; nothing tells them.
PORTS = {"webapp": 8001, "mysql": 9104, "redis": 9121}


def mounted(one: Pod) -> dict[str, tuple[str, str | None]]:
    """The ConfigMap that is at each path, and the key if it is one file."""
    maps = {volume["name"]: volume["configMap"]["name"] for volume in one.spec["volumes"] if "configMap" in volume}
    return {
        mount["mountPath"]: (maps[mount["name"]], mount.get("subPath"))
        for mount in one.main()["volumeMounts"]
        if mount["name"] in maps
    }


def files_of(one: Pod) -> dict[str, str]:
    """Every file that ConfigMaps put into a pod, by its path."""
    found = {}
    for path, (name, key) in mounted(one).items():
        data: dict[str, str] = overlay(NAME).one("ConfigMap", name)["data"]
        found.update({path: data[key]} if key else {f"{path}/{file}": text for file, text in data.items()})
    return found


def matching(files: dict[str, str], pattern: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if fnmatch.fnmatch(path, pattern)}


def test_prometheus_reads_every_file_of_rules() -> None:
    """Red: the alerts of one file are tested, and live nowhere."""
    (pattern,) = CONFIG["rule_files"]
    read = list(matching(files_of(pod(NAME, "prometheus")), pattern).values())
    for file in sorted((MONITORING / "rules").iterdir()):
        assert file.read_text() in read, (
            f"rules/{file.name} is not at {pattern} in the pod: not in the configMapGenerator"
        )


def test_prometheus_reads_its_settings() -> None:
    """Red: Prometheus starts, and watches nothing but itself."""
    files = files_of(pod(NAME, "prometheus"))
    (told,) = [flag for flag in pod(NAME, "prometheus").main()["args"] if flag.startswith("--config.file=")]
    path = told.partition("=")[2]
    assert files.get(path) == (MONITORING / "prometheus.yml").read_text(), f"prometheus.yml is not mounted at {path}"
    (pattern,) = CONFIG["scrape_config_files"]
    read = list(matching(files, pattern).values())
    assert read == [(MONITORING / "scrape.yml").read_text()], f"scrape.yml is not the one file at {pattern} in the pod"


def test_compose_mounts_the_same_files() -> None:
    """Red: an alert is tried out in Compose, and is another one in the cluster."""
    volumes = [each for each in COMPOSE["prometheus"]["volumes"] if isinstance(each, str) and each.startswith("./")]
    there = {target: source for source, target, _ in (each.split(":") for each in volumes)}
    folder = "./deploy/kustomize/components/monitoring"
    wanted = {"/etc/prometheus/prometheus.yml": f"{folder}/prometheus.yml", "/etc/prometheus/rules": f"{folder}/rules"}
    for target, source in wanted.items():
        assert there.get(target) == source, (
            f"docker-compose.yml: prometheus: {target} is {there.get(target)}, not {source}"
        )


@pytest.mark.parametrize("job", DISCOVERED)
def test_a_job_finds_its_pods_at_their_port(job: str) -> None:
    """Red: nothing is scraped, and an alert about that is the first one to come."""
    keep = [rule for rule in JOBS[job]["relabel_configs"] if rule.get("action") == "keep"]
    assert len(keep) == 1, f"scrape.yml: {job}: {len(keep)} rules say what is kept; one is wanted"
    labels = keep[0]["source_labels"]
    found = [
        (one.component, port["containerPort"])
        for one in pods(NAME)
        for port in one.main().get("ports", [])
        if re.fullmatch(keep[0]["regex"], ";".join(_meta(one, port, label) for label in labels))
    ]
    wanted = [(DISCOVERED[job], PORTS[job])]
    assert found == wanted, f"scrape.yml: {job}: {keep[0]['regex']} finds {found or 'no pod'}; wanted: {wanted}"
    (discovery,) = JOBS[job]["kubernetes_sd_configs"]
    assert discovery["namespaces"] == {"own_namespace": True}, f"scrape.yml: {job} looks in {discovery['namespaces']}"


def test_the_ingress_controller_is_found_where_prometheus_may_look() -> None:
    """Red: the visitors' side of every failure is missing."""
    (discovery,) = JOBS["ingress"]["kubernetes_sd_configs"]
    namespace = SKIPPER["metadata"]["namespace"]
    assert discovery["namespaces"] == {"names": [namespace]}, f"scrape.yml: ingress looks in {discovery['namespaces']}"
    (keep,) = [rule for rule in JOBS["ingress"]["relabel_configs"] if rule.get("action") == "keep"]
    template = SKIPPER["spec"]["template"]
    names = [port["name"] for port in template["spec"]["containers"][0]["ports"]]
    label = template["metadata"]["labels"]["app.kubernetes.io/name"]
    assert keep["regex"] in {f"{label};{name}" for name in names}, f"scrape.yml: ingress: no port is {keep['regex']}"
    documents = list(yaml.safe_load_all((MONITORING / "ingress-access" / "access.yaml").read_text()))
    rules = {item["kind"]: item for item in documents}
    assert {item["metadata"]["namespace"] for item in documents} == {namespace}, (
        "ingress-access is for another namespace"
    )
    assert rules["Role"]["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
    (subject,) = rules["RoleBinding"]["subjects"]
    account = pod(NAME, "prometheus").spec["serviceAccountName"]
    (mine,) = {item["metadata"]["namespace"] for item in overlay(NAME).of("StatefulSet")}
    assert (subject["name"], subject["namespace"]) == (account, mine), f"ingress-access is for {subject}"


def test_compose_scrapes_the_same_jobs() -> None:
    """Red: a rule that names a job holds in one place and not in the other."""
    wanted = set(JOBS) - {"ingress"}
    assert set(COMPOSE_JOBS) == wanted, f"deploy/compose/scrape.yml has the jobs {set(COMPOSE_JOBS)}; wanted: {wanted}"
    for job, component in {**DISCOVERED, "webapp": "webapp"}.items():
        (target,) = COMPOSE_JOBS[job]["static_configs"][0]["targets"]
        assert target == f"{component}:{PORTS[job]}", f"deploy/compose/scrape.yml: {job} is {target}; port {PORTS[job]}"


def test_prometheus_keeps_what_it_needs_in_a_volume_that_holds_it() -> None:
    """Red: the disk is full, or an alert that looks back three days sees one."""
    flags = dict(flag.split("=", 1) for flag in pod(NAME, "prometheus").main()["args"] if "=" in flag)
    days, most = flags["--storage.tsdb.retention.time"], flags["--storage.tsdb.retention.size"]
    assert int(days.removesuffix("d")) >= 4, f"Prometheus keeps {days}; alerts look back three days"
    (claim,) = pod(NAME, "prometheus").owner["spec"]["volumeClaimTemplates"]
    size = claim["spec"]["resources"]["requests"]["storage"]
    assert int(size.removesuffix("Gi")) > int(most.removesuffix("GB")), f"retention.size is {most}, the volume {size}"
    assert flags["--storage.tsdb.path"] in {
        mount["mountPath"] for mount in pod(NAME, "prometheus").main()["volumeMounts"]
    }


@pytest.mark.parametrize("component", ["mysql-exporter", "redis-exporter"])
def test_an_exporter_has_an_account_of_its_own(component: str) -> None:
    """Red: the exporter cannot log in, or has the app's rights, or root's."""
    one = pod(NAME, component)
    (secrets,) = [mount for mount in one.main()["volumeMounts"] if mount["name"] == "secrets"]
    (volume,) = [volume for volume in one.spec["volumes"] if volume["name"] == "secrets"]
    keys = [item["key"] for item in volume["secret"]["items"]]
    assert all(key.startswith(f"{component}.") for key in keys), f"{one.where}: the exporter itself can read {keys}"
    paths = {f"{secrets['mountPath']}/{item['path']}" for item in volume["secret"]["items"]}
    said = " ".join(one.main()["args"])
    assert any(path in said for path in paths), f"{one.where}: args name none of the files {sorted(paths)}: no account"


def test_mysqls_account_is_made_before_the_exporter_starts() -> None:
    """Red: a database that is older than the exporter refuses it for ever."""
    one = pod(NAME, "mysql-exporter")
    made = [" ".join(init.get("args", [])) for init in one.spec.get("initContainers", [])]
    assert any("account.sql" in said for said in made), f"{one.where}: no init container makes the account: {made}"
    assert "account.sql" in " ".join(COMPOSE["mysql-exporter-account"]["command"]), "Compose does not make the account"


def test_grafana_is_given_every_dashboard() -> None:
    """Red: a dashboard is in the repository, and on no screen."""
    there = list(files_of(pod(NAME, "grafana")).values())
    for file in sorted((KUSTOMIZE / "components" / "grafana" / "dashboards").iterdir()):
        assert file.read_text() in there, (
            f"dashboards/{file.name} is not in Grafana's pod: not in the configMapGenerator"
        )


def _meta(one: Pod, port: Any, label: str) -> str:
    if label == "__meta_kubernetes_pod_container_port_name":
        return str(port["name"])
    found = {re.sub(r"\W", "_", f"__meta_kubernetes_pod_label_{key}"): value for key, value in one.labels.items()}
    return found.get(label, "")
