"""What the repository deploys: each overlay rendered once, and its pods with words for where something stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ops import secrets_once
from testkit.kube.render import Manifests, containers_of, render

ROOT = Path(__file__).resolve().parents[3]
KUSTOMIZE = ROOT / "deploy" / "kustomize"
OVERLAYS = ("local", "local-monitored", "local-grafana", "staging", "production")
# Those in one kind cluster, with the stores inside and an image that whoever deploys names.
LOCAL = ("local", "local-monitored", "local-grafana")
SHARED = tuple(name for name in OVERLAYS if name not in LOCAL)
# Components that run other people's programs; Compose's services have the same names.
OTHERS_PROGRAMS = frozenset({"mysql", "redis", "prometheus", "mysql-exporter", "redis-exporter", "grafana"})

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Pod:
    """A pod as some object describes it. `where` is what a message begins with: overlay, kind and name."""

    where: str
    overlay: str
    owner: Object
    template: Object

    @property
    def spec(self) -> Object:
        spec: Object = self.template["spec"]
        return spec

    @property
    def labels(self) -> Mapping[str, str]:
        labels: Mapping[str, str] = self.template["metadata"].get("labels", {})
        return labels

    @property
    def component(self) -> str:
        return self.labels.get("app.kubernetes.io/component", "")

    def containers(self) -> list[tuple[str, Object]]:
        """All containers, init containers first, each with where it stands."""
        return [(f"{self.where}: container {one['name']}", one) for one in containers_of(dict(self.template))]

    def main(self) -> Object:
        container: Object = self.spec["containers"][0]
        return container


@cache
def overlay(name: str) -> Manifests:
    return render(KUSTOMIZE / "overlays" / name)


def name_of(item: Object) -> str:
    return f"{item['kind']}/{item['metadata']['name']}"


def pods(name: str) -> list[Pod]:
    return [Pod(f"{name}: {name_of(owner)}", name, owner, template) for owner, template in overlay(name).pods()]


def every_pod() -> list[Pod]:
    return [pod for name in OVERLAYS for pod in pods(name)]


def every_container() -> list[tuple[str, Object]]:
    return [found for pod in every_pod() for found in pod.containers()]


def pod(name: str, component: str) -> Pod:
    """The pods of one component of an overlay."""
    found = [one for one in pods(name) if one.component == component]
    assert len(found) == 1, f"{name}: {len(found)} objects run pods of the component {component}; one is wanted"
    return found[0]


def configuration(name: str) -> dict[str, str]:
    """What the ConfigMap of an overlay says."""
    data: dict[str, str] = overlay(name).one("ConfigMap", "strata-config")["data"]
    return data


def walk(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside, with its path."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from walk(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from walk(value, f"{path}[{position}]")
    else:
        yield path, node


def local_secrets() -> dict[str, str]:
    """What the local overlay's Secret is made of, once, as `testkit.kube.secrets_once` does."""
    return {path.replace("/", "."): text for path, text in secrets_once.contents().items()}
