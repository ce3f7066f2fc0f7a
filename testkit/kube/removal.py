"""What belongs to a cluster by its name, and its removal: nothing that `up` makes lacks a name or a label."""

import contextlib
import shutil
from pathlib import Path

from docker.errors import NotFound

from testkit import containers
from testkit.kube.kind import NODE_LABEL

STATE = Path(".strata/clusters")
"""Where kubeconfigs are kept, a folder a cluster."""


def down(name: str, *, state: Path = STATE) -> list[str]:
    """Remove a cluster, its registry, its network and its state, whatever is there of it; return what was removed."""
    client = containers.engine()
    gone = []
    for container in client.containers.list(all=True, filters={"label": f"{NODE_LABEL}={name}"}, ignore_removed=True):
        gone.append(container.name)
        containers.Container(container).remove()
    with contextlib.suppress(NotFound):
        containers.Container(client.containers.get(registry_of(name))).remove()
        gone.append(registry_of(name))
    with contextlib.suppress(NotFound):
        client.networks.get(network_of(name)).remove()
        gone.append(network_of(name))
    shutil.rmtree(state / name, ignore_errors=True)
    return gone


def sweep(prefix: str, *, state: Path = STATE) -> list[str]:
    """Remove clusters called `<prefix>-<run id>` whose run was killed; return what was removed."""
    nodes = containers.engine().containers.list(all=True, filters={"label": NODE_LABEL}, ignore_removed=True)
    gone = []
    for name in {str(found.labels[NODE_LABEL]) for found in nodes}:
        pid = name.removeprefix(f"{prefix}-").partition("-")[0]
        if name.startswith(f"{prefix}-") and pid.isdigit() and not Path(f"/proc/{pid}").exists():
            gone += down(name, state=state)
    return gone


def registry_of(name: str) -> str:
    """Return the name of a cluster's registry."""
    return f"{name}-registry"


def network_of(name: str) -> str:
    """Return the name of a cluster's Docker network."""
    return f"kind-{name}"
