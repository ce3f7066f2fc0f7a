"""Is the APM agent's command in front of the server's, with its receiver's address, its sampling, and a way out?"""

import json
import re
from functools import cache

import pytest
import yaml

from testkit.kube.netpol import Endpoint, open_connections
from testkit.kube.render import Manifests, containers_of, render
from tests.k8s.support.overlays import KUSTOMIZE, ROOT, overlay

AGENT = ["python", "-m", "config.traced"]
TRACED = ("staging", "production")
LAPTOP, NAMESPACE = "base, mysql, redis, apm, traces", "strata"


@cache
def on_a_laptop() -> Manifests:
    """What a laptop gets that wants traces."""
    names = ("mysql", "redis", "apm", "traces")
    return render(
        KUSTOMIZE / "base", namespace=NAMESPACE, components=[KUSTOMIZE / "components" / name for name in names]
    )


def rendered(where: str) -> Manifests:
    return on_a_laptop() if where == LAPTOP else overlay(where)


def configuration(where: str) -> dict[str, str]:
    (found,) = [
        item["data"] for item in rendered(where).of("ConfigMap") if item["metadata"]["name"].startswith("strata-config")
    ]
    return dict(found)


def images_command() -> list[str]:
    """What the image runs by itself."""
    (found,) = re.findall(r"^CMD (\[.+\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return list(json.loads(found))


@pytest.mark.parametrize("where", [*TRACED, LAPTOP])
def test_the_command_is_the_agent_and_then_the_server(where: str) -> None:
    """Red: everything is configured for traces and none is sent, or the pod runs something else than the image."""
    (web,) = containers_of(rendered(where).one("Deployment", "webapp")["spec"]["template"])[1:]
    got = web.get("command", [])
    assert got == AGENT, f"{where}: Deployment/webapp: command is {got}; the APM agent is {AGENT}"
    assert web.get("args") == images_command(), (
        f"{where}: Deployment/webapp: the agent starts {web.get('args')}; the image's own command is {images_command()}"
    )


def test_compose_starts_the_same() -> None:
    """Red: what was tried with Compose is not what runs."""
    compose = yaml.safe_load((ROOT / "docker-compose.apm.yml").read_text())["services"]
    got = compose["webapp"]["command"]
    assert got == [*AGENT, *images_command()], f"docker-compose.apm.yml: webapp runs {got}"
    for name, value in compose["webapp"]["environment"].items():
        assert configuration(LAPTOP).get(name) == value, (
            f"docker-compose.apm.yml: {name} is {value}; components/traces: {configuration(LAPTOP).get(name)}"
        )
    (jaeger,) = containers_of(on_a_laptop().one("Deployment", "traces")["spec"]["template"])
    assert compose["traces"]["command"] == jaeger["args"], f"components/traces runs {jaeger['args']}; Compose another"


@pytest.mark.parametrize(
    ("where", "endpoint", "share"),
    [
        *((name, "http://collector.monitoring:4318", 0.1) for name in TRACED),
        (LAPTOP, "http://traces:4318", 1.0),
    ],
)
def test_it_is_told_where_to_and_how_much(where: str, endpoint: str, share: float) -> None:
    """Red: traces go nowhere, or every visit is paid for ten times over."""
    said = configuration(where)
    got = {name: said.get(name) for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER")}
    wanted = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}
    assert got == wanted, f"{where}: ConfigMap: {got}; wanted: {wanted}"
    sampled = said.get("OTEL_TRACES_SAMPLER_ARG", "nothing")
    assert float(sampled) == share, f"{where}: ConfigMap: OTEL_TRACES_SAMPLER_ARG is {sampled}; wanted: {share}"


def test_others_start_without_it() -> None:
    """Red: the local overlay sends traces to a receiver that it does not have."""
    (web,) = containers_of(overlay("local").one("Deployment", "webapp")["spec"]["template"])[1:]
    assert "command" not in web, f"local: Deployment/webapp: command is {web['command']}; the image's own is wanted"


def test_a_laptop_opens_exactly_the_way_to_its_traces() -> None:
    """Red: traces never arrive, or a part of the app reaches what it has no business with."""
    labels = {
        item["metadata"]["name"]: item["spec"]["template"]["metadata"]["labels"]
        for kind in ("Deployment", "StatefulSet")
        for item in on_a_laptop().of(kind)
    }
    pods = [Endpoint(name, NAMESPACE, found) for name, found in labels.items()]
    others = [Endpoint("monitoring", "monitoring", namespace_labels={"purpose": "monitoring"}), Endpoint("internet")]
    policies = on_a_laptop().of("NetworkPolicy")
    everything = open_connections(policies, [*pods, *others], [("TCP", 4318), ("TCP", 16686)])
    found = {connection for connection in everything if {"monitoring", "internet"} != set(connection[:2])}
    assert found == {("webapp", "traces", "TCP", 4318)}, f"components/traces: open are {sorted(found)}"
