"""pytest-kind's KindCluster, kept from its surprises.

    kind = Kind("shop", state=Path(".strata/clusters/shop"), node_image=image, network="kind-shop")
    kind.create(config)      # fails with the node's journal, and leaves nothing behind
    kind.kubectl("get", "nodes")
    kind.delete()

The class itself downloads what it is not given, makes a folder where it is called, hides what kind says, and leaks the
node when creating fails. Here tools are given, its folder is ours, and a failed creation is reported and removed.
A network of its own keeps a cluster from meeting others, and makes sure that deleting it deletes all of it.
"""

import contextlib
import os
from pathlib import Path

from pytest_kind.cluster import KindCluster

from testkit import process
from testkit.kube import tools

NODE_LABEL = "io.x-k8s.kind.cluster"
"""What kind labels its containers with; the value is the cluster's name."""

CREATE_TIMEOUT = 300
"""Seconds. A node comes up within 20 s on two idle cores."""

_QUICK = 60

# What explains most failures to start, in the order in which a node starts. A node that is gone answers nothing.
_DIAGNOSES = {
    "the container's own words": ["logs", "--tail=30", "{node}"],
    "units that failed": ["exec", "{node}", "systemctl", "--failed", "--no-legend", "--no-pager"],
    "the kubelet's journal": ["exec", "{node}", "journalctl", "--unit=kubelet", "--lines=20", "--no-pager"],
    "containerd's journal": ["exec", "{node}", "journalctl", "--unit=containerd", "--lines=10", "--no-pager"],
}

# A proxy in the node would only stand between it and the scratch registry: nothing else is pulled there.
_PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}


class KindFailed(RuntimeError):
    """kind ended with an error; the message has its words, and the node's when it had one."""


class Kind(KindCluster):  # type: ignore[misc]  # it is published without types
    """A kind cluster of one node."""

    def __init__(self, name: str, *, state: Path, node_image: str, network: str) -> None:
        self.network = network
        state = state.resolve()
        state.mkdir(parents=True, exist_ok=True)
        with contextlib.chdir(state):
            super().__init__(
                name,
                kubeconfig=state / "kubeconfig",
                image=node_image,
                kind_path=tools.find("kind"),
                kubectl_path=tools.kubectl(node_image),
            )

    @property
    def node(self) -> str:
        """The name of the node's container."""
        return f"{self.name}-control-plane"

    def create(self, config_file: str | Path | None = None) -> None:
        """Create the cluster from a kind configuration; a node that does not come up is reported and removed.

        Raises KindFailed.
        """
        config = [f"--config={config_file}"] if config_file else []
        try:
            self._kind("create", "cluster", f"--image={self.image}", "--retain", *config, timeout=CREATE_TIMEOUT)
            self.attach()
        except BaseException as error:
            found = self.diagnosis() if isinstance(error, KindFailed) else ""
            self.delete()
            if found:
                raise KindFailed(f"{error}\n{found}") from None
            raise

    def attach(self) -> None:
        """Open the API of a cluster that is there, as `self.api`."""
        super().create()

    def exists(self) -> bool:
        """Say whether there is a node of this name, in whatever state."""
        return process.run(["docker", "container", "inspect", self.node], timeout=_QUICK).code == 0

    def answers(self) -> bool:
        """Say whether its API server is ready, as the kubeconfig reaches it."""
        if not self.exists():
            return False
        command = [str(self.kubectl_path), f"--kubeconfig={self.kubeconfig_path}", "--request-timeout=5s"]
        return process.run([*command, "get", "--raw=/readyz"], timeout=_QUICK).code == 0

    def delete(self) -> None:
        """Delete the node and its volumes; none is no error."""
        self._kind("delete", "cluster", timeout=_QUICK)

    def diagnosis(self) -> str:
        """Return what the node says about itself, for a message."""
        told = []
        for title, command in _DIAGNOSES.items():
            done = process.run(["docker", *(part.format(node=self.node) for part in command)], timeout=_QUICK)
            told.append(f"{title}:\n{done.output.strip() or 'none'}")
        return "\n".join(told)

    def on_node(self, *command: str) -> process.Finished:
        """Run a command on the node, whatever its exit code."""
        return process.run(["docker", "exec", self.node, *command], timeout=_QUICK)

    def _kind(self, *args: str, timeout: float) -> None:
        command = [str(self.kind_path), *args, f"--name={self.name}", f"--kubeconfig={self.kubeconfig_path}"]
        environment = {name: value for name, value in os.environ.items() if name.upper() not in _PROXIES}
        environment["KIND_EXPERIMENTAL_DOCKER_NETWORK"] = self.network
        done = process.run(command, timeout=timeout, env=environment)
        if done.code:
            raise KindFailed(f"kind {' '.join(args)} ended with code {done.code}:\n{done.output.strip()}")
