"""What is added to a bare cluster before it is ready: an ingress controller, a metrics server …

An add-on is a folder `addons/<name>` with a kustomization, whose containers call their image by the add-on's name.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from testkit.kube.kubectl import Kubectl
from testkit.kube.render import render
from testkit.kube.rollout import rollout

_OWNER = "testkit"

Workload = tuple[str, str]
"""Namespace, and "kind/name"."""


def names(folder: Path) -> list[str]:
    """Return the add-ons of a cluster folder."""
    return sorted(file.parent.name for file in folder.glob("addons/*/kustomization.yaml"))


def variable(name: str) -> str:
    """Return the variable of `images.env` that names an add-on's image."""
    return f"{name.upper().replace('-', '_')}_IMAGE"


def apply(kubectl: Kubectl, folder: Path, images: Mapping[str, str]) -> dict[str, list[Workload]]:
    """Apply all add-ons of a cluster folder, and return the workloads of each, to wait for.

    images: references by the add-on's name.
    """
    workloads: dict[str, list[Workload]] = {}
    for name in names(folder):
        manifests = render(folder / "addons" / name, images={name: images[name]})
        command = ["apply", "--server-side", "--force-conflicts", f"--field-manager={_OWNER}", "--filename=-"]
        kubectl.run(*command, input=manifests.json())
        workloads[name] = [
            (item["metadata"]["namespace"], f"{item['kind'].lower()}/{item['metadata']['name']}")
            for item, _ in manifests.pods()
        ]
    return workloads


def wait(kubectl: Kubectl, workloads: Iterable[Workload], timeout: float) -> None:
    """Wait until the workloads run. Raises RolloutFailed at once when one never will."""
    for namespace, workload in workloads:
        rollout(kubectl.within(namespace), workload, timeout=timeout)
