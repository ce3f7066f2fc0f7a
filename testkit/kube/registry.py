"""A scratch registry beside a cluster, so that what runs there is named by the digest that a push returned.

    registry = Registry.start("shop-registry", image, network="kind-shop", labels={"shop.run": "4711"})
    registry.push("shop:test", "shop")      # "registry.strata.internal/shop@sha256:…", for manifests
    registry.hosts_toml()                   # for the node's containerd, which finds the registry by it

The host pushes to a port of 127.0.0.1, which Docker trusts without TLS; the node pulls from the container's address on
their network. Both are addresses, not names, because a proxy between them knows no names of ours, and kind keeps the
network's addresses away from proxies.
"""

import re
from collections.abc import Mapping
from typing import Any, Self

import requests
from docker.errors import NotFound

from testkit import containers, process
from testkit.wait import until

HOST = "registry.strata.internal"
"""The registry's name in image references; it is resolved by nobody but the node's containerd."""

_PORT = 5000
_PUSH_TIMEOUT = 300
_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")


class PushFailed(RuntimeError):
    """An image did not reach the registry."""


class Registry:
    """A registry that runs as a container."""

    def __init__(self, container: Any) -> None:
        self.container = containers.Container(container)

    @classmethod
    def start(cls, name: str, image: str, *, network: str, labels: Mapping[str, str]) -> Self:
        """Start it on a network, published on a free port of 127.0.0.1, and wait until it answers."""
        sdk = containers.engine().containers.run(
            image,
            name=name,
            detach=True,
            network=network,
            labels=dict(labels),
            ports={f"{_PORT}/tcp": containers.loopback()},
            # Scratch: gone with the container, and no volume to be forgotten.
            tmpfs={"/var/lib/registry": ""},
        )
        registry = cls(sdk)
        until(registry.answers, 20, every=0.1, why=f"the registry {name} to answer on port {registry.port}")
        return registry

    @classmethod
    def find(cls, name: str) -> Self | None:
        """Return the running registry of this name, or None."""
        try:
            sdk = containers.engine().containers.get(name)
        except NotFound:
            return None
        return cls(sdk) if sdk.status == "running" else None

    @property
    def port(self) -> int:
        return self.container.port(_PORT)

    def answers(self) -> bool:
        """Say whether it speaks the registries' protocol."""
        with requests.Session() as session:
            session.trust_env = False  # a proxy that the environment names is not asked
            return session.get(f"http://127.0.0.1:{self.port}/v2/", timeout=2).ok

    def hosts_toml(self) -> str:
        """Return the file certs.d/<HOST>/hosts.toml of a containerd on the same network."""
        return hosts_toml(self.container.address)

    def push(self, image: str, repository: str) -> str:
        """Push a local image, and return the reference by which pods run exactly it. Raises PushFailed."""
        here = f"127.0.0.1:{self.port}/{repository}:pushed"
        self._docker("tag", image, here)
        try:
            said = self._docker("push", here)
        finally:
            process.run(["docker", "image", "rm", here], timeout=60)
        digest = _DIGEST.search(said)
        if digest is None:
            raise PushFailed(f"docker push {here} told no digest: {said.strip()}")
        return f"{HOST}/{repository}@{digest[1]}"

    @staticmethod
    def _docker(*args: str) -> str:
        done = process.run(["docker", *args], timeout=_PUSH_TIMEOUT)
        if done.code:
            raise PushFailed(f"docker {' '.join(args)} ended with code {done.code}: {done.output.strip()}")
        return done.output


def hosts_toml(address: str) -> str:
    """Return what tells containerd where the registry is. It names the server too, so that nothing else is asked."""
    url = f"http://{address}:{_PORT}"
    return f'server = "{url}"\n\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n'
