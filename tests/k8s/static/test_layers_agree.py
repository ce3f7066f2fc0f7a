"""Do Dockerfile, settings, server, Compose and Kustomize mean the same: ports, user, paths, variables, image?"""

import os
import re
import sys
from pathlib import Path

import pytest
import yaml

from testkit import process
from tests.k8s.support.overlays import (
    OTHERS_PROGRAMS,
    OVERLAYS,
    ROOT,
    configuration,
    every_pod,
    local_secrets,
    pod,
    pods,
)

SETTINGS = (ROOT / "webapp/config/settings.py").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
COMPOSE_APP = COMPOSE["x-app"]

# Variables that another program than the app's settings reads.
OF_OTHERS = {"PROMETHEUS_MULTIPROC_DIR": "prometheus_client"}
# Of Compose's service and of the component here.
SAME_COMMAND = [("flusher", "flusher"), ("migrate", "migration"), ("redis", "redis")]
SAME_COMMAND += [(name, name) for name in ("prometheus", "mysql-exporter", "redis-exporter")]


def in_dockerfile(instruction: str) -> str:
    return str(re.findall(rf"^{instruction} (.+)$", DOCKERFILE, re.MULTILINE)[-1])


@pytest.mark.parametrize(("port", "variable"), [("http", "PORT"), ("metrics", "METRICS_PORT")])
def test_the_port_is_the_same(port: str, variable: str) -> None:
    """Red: probes and visitors knock where nobody listens."""
    default = re.search(rf'{variable} = env.int\("{variable}", (\d+)', SETTINGS)
    assert default, f"settings.py: {variable} has no default any more"
    number = default[1]
    assert number in in_dockerfile("EXPOSE").split(), (
        f"Dockerfile: EXPOSE lacks {number}, the {variable} of settings.py"
    )
    for name in OVERLAYS:
        there = {one["name"]: str(one["containerPort"]) for one in pod(name, "web").main()["ports"]}
        got = configuration(name).get(variable, there.get(port))
        assert there.get(port) == number == got, (
            f"{name}: Deployment/webapp: port {port} is {there.get(port)}, not {number}"
        )


def test_compose_publishes_the_same_port() -> None:
    """Red: what works with Compose does not with Kubernetes."""
    (published,) = COMPOSE["services"]["webapp"]["ports"]
    inside = published.rpartition(":")[2]
    assert inside == "8000", f"docker-compose.yml: webapp publishes {inside}; the Service leads to 8000"


def test_the_user_is_the_same() -> None:
    """Red: the app cannot read its secrets, or write its scratch folder."""
    wanted = in_dockerfile("USER")
    for one in every_pod():
        expected = COMPOSE["services"][one.component]["user"] if one.component in OTHERS_PROGRAMS else wanted
        context = one.spec["securityContext"]
        got = f"{context['runAsUser']}:{context['runAsGroup']}"
        assert got == expected, (
            f"{one.where}: securityContext: user and group are {got}; Dockerfile or Compose: {expected}"
        )
        group = str(context.get("fsGroup"))
        assert group == expected.partition(":")[2], f"{one.where}: securityContext.fsGroup is {group}; of {expected}"


def test_the_probed_paths_are_answered() -> None:
    """Red: a healthy pod is never ready, or is restarted for ever."""
    health = (ROOT / "webapp/ops/health.py").read_text()
    for one in every_pod():
        if one.component in OTHERS_PROGRAMS:
            continue
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            path = one.main().get(kind, {}).get("httpGet", {}).get("path")
            assert path is None or f'"{path}"' in health, f"{one.where}: {kind} asks {path}, which ops/health.py lacks"


def test_the_image_has_one_name() -> None:
    """Red: the pipeline pushes an image that nobody deploys."""
    compose = COMPOSE_APP["image"].partition(":")[0]
    titles = re.findall(r'image\.title="([^"]+)"', DOCKERFILE)
    assert titles == [compose], f"Dockerfile: the image's title is {titles}; Compose calls it {compose}"
    for name in OVERLAYS:
        for component in ("web", "flusher", "migration"):
            got = pod(name, component).main()["image"].partition("@")[0]
            got = got.rpartition("/")[2]
            assert got == compose, f"{pod(name, component).where}: image is {got}; Compose calls it {compose}"


@pytest.mark.parametrize(("service", "component"), SAME_COMMAND)
def test_the_command_is_composes(service: str, component: str) -> None:
    """Red: what was tested with Compose is not what runs."""
    wanted = COMPOSE["services"][service]["command"]
    one = pod("local-grafana", component)
    got = one.main().get("command") or one.main().get("args")
    assert got == wanted, f"{one.where}: runs {got}; Compose runs {wanted}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_variable_is_one_that_somebody_reads(name: str) -> None:
    """Red: a setting that is spelt wrong is silently not set."""
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
    for one in pods(name):
        if one.component in OTHERS_PROGRAMS:
            continue
        said = {variable["name"] for _, container in one.containers() for variable in container.get("env", [])}
        unknown = (
            {variable.removesuffix("_FILE") for variable in said | set(configuration(name))} - read - set(OF_OTHERS)
        )
        assert not unknown, f"{one.where}: nobody reads {sorted(unknown)}; settings.py reads {sorted(read)}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_compose_sets_the_same_variables(name: str) -> None:
    """Red: an environment runs with a default that nobody has tried."""
    compose, ours = COMPOSE_APP["environment"], configuration(name)
    assert set(compose) <= set(ours), f"{name}: ConfigMap lacks {sorted(set(compose) - set(ours))}, which Compose sets"
    for variable, path in compose.items():
        same = not variable.endswith("_FILE") or ours[variable] == path
        assert same, f"{name}: ConfigMap: {variable} is {ours[variable]}; Compose: {path}"


@pytest.mark.parametrize("component", ["mysql", "grafana"])
def test_others_programs_get_composes_variables(component: str) -> None:
    """Red: the database has another name, another user, or no password; Grafana tells strangers about itself."""
    one = pod("local-grafana", component)
    wanted = COMPOSE["services"][component]["environment"]
    got = {variable["name"]: variable["value"] for variable in one.main()["env"]}
    assert got == wanted, f"{one.where}: env is {got}; Compose: {wanted}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_app_starts_with_what_the_configmap_says(name: str, tmp_path: Path) -> None:
    """Red: each new pod ends with one sentence about a setting."""
    for key, text in local_secrets().items():
        (tmp_path / key.removeprefix("app.")).write_text(text)
    said = {key: value.replace("/secrets/app", str(tmp_path)) for key, value in configuration(name).items()}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "webapp"), **said}
    done = process.run([sys.executable, "-c", "import config.settings"], timeout=60, env=environment)
    assert done.code == 0, f"{name}: ConfigMap: the app does not start with it:\n{done.output}"
