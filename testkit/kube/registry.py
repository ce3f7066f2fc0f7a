"""A scratch registry beside a cluster, so that what runs there is named by the digest that a push returned.

    registry = Registry.start("shop-registry", image, network="kind-shop", labels={"shop.run": "4711"})
    registry.push("shop:test", "shop")      # "registry.strata.internal/shop@sha256:…", for manifests
    registry.hosts_toml()                   # for the node's containerd, which finds the registry by it

The host pushes to a port of 127.0.0.1, which Docker trusts without TLS; the node pulls from the container's address on
their network. Both are addresses, not names, because a proxy between them knows no names of ours, and kind keeps the
network's addresses away from proxies.

With a `login` it lets in nobody else, as the registries do that people push to; the node is told it by `hosts_toml`.
"""

import base64
import ctypes
import io
import re
import secrets
import string
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import requests
from docker.errors import NotFound

from testkit import containers, process
from testkit.wait import until

HOST = "registry.strata.internal"
"""The registry's name in image references; it is resolved by nobody but the node's containerd."""

_PORT = 5000
# Neither in the volume that the official image declares, which a commit leaves out, nor left to its configuration.
_STORAGE = "/srv/registry"
_PUSH_TIMEOUT = 300
_HTPASSWD = {
    "REGISTRY_AUTH": "htpasswd",
    "REGISTRY_AUTH_HTPASSWD_REALM": "scratch",
    "REGISTRY_AUTH_HTPASSWD_PATH": "/etc/registry.htpasswd",
}
_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")


class PushFailed(RuntimeError):
    """An image did not reach the registry."""


@dataclass(frozen=True)
class Login:
    """A user and a password."""

    user: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """Return the value of the header Authorization."""
        return f"Basic {base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()}"

    def htpasswd(self) -> str:
        """Return the line of an htpasswd file; the registry takes bcrypt alone, which Linux' own library has."""
        alphabet = f"./{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}"
        salt = "".join(secrets.choice(alphabet) for _ in range(21)) + "."
        crypt = ctypes.CDLL("libcrypt.so.1").crypt
        crypt.restype = ctypes.c_char_p
        return f"{self.user}:{crypt(self.password.encode(), f'$2b$05${salt}'.encode()).decode()}\n"


class Registry:
    """A registry that runs as a container."""

    def __init__(self, container: Any, login: Login | None = None) -> None:
        self.container = containers.Container(container)
        self._login = login

    @classmethod
    def start(
        cls, name: str, image: str, *, network: str, labels: Mapping[str, str], login: Login | None = None
    ) -> Self:
        """Start it on a network, published on a free port of 127.0.0.1, and wait until it answers."""
        sdk = containers.engine().containers.create(
            image,
            name=name,
            network=network,
            labels=dict(labels),
            ports={f"{_PORT}/tcp": containers.loopback()},
            # In place of that volume, which might be forgotten: what is pushed is gone with the container.
            tmpfs={"/var/lib/registry": ""},
            environment={"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": _STORAGE, **(_HTPASSWD if login else {})},
        )
        if login:
            sdk.put_archive("/", _archive(_HTPASSWD["REGISTRY_AUTH_HTPASSWD_PATH"], login.htpasswd()))
        sdk.start()
        registry = cls(sdk, login)
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
            session.auth = (self._login.user, self._login.password) if self._login else None
            return session.get(f"http://127.0.0.1:{self.port}/v2/", timeout=2).ok

    def hosts_toml(self) -> str:
        """Return the file certs.d/<HOST>/hosts.toml of a containerd on the same network."""
        return hosts_toml(self.container.address, self._login)

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


def hosts_toml(address: str, login: Login | None = None) -> str:
    """Return what tells containerd where the registry is. It names the server too, so that nothing else is asked."""
    url = f"http://{address}:{_PORT}"
    header = f'  [host."{url}".header]\n    authorization = "{login.header}"\n' if login else ""
    return f'server = "{url}"\n\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n{header}'


def _archive(path: str, text: str) -> bytes:
    """Return a file as the engine wants it that puts it into a container."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo(path.lstrip("/"))
        entry.size, entry.mode = len(text.encode()), 0o444
        archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()
