"""A cluster that runs, and how it comes about: `testkit.kube.cluster.up` is what to call."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

import requests
import yaml
from docker.errors import NotFound

from testkit import containers, images, process
from testkit.kube import addons, node
from testkit.kube.kind import Kind, KindFailed
from testkit.kube.kubectl import Kubectl
from testkit.kube.registry import Registry
from testkit.kube.removal import down, network_of, registry_of
from testkit.kube.reuse import Recipe, why_not
from testkit.kube.stock import stocked
from testkit.wait import NotYet, until

# From an applied add-on to an answering one; seconds on two cores that others use as well.
_READY_TIMEOUT = 150

# Without the first nothing else finds the API server, and would only be waited for in vain.
_BASE: list[addons.Workload] = [("kube-system", "daemonset/kube-proxy"), ("kube-system", "deployment/coredns")]

Say = Callable[[str], None]
Beside = Callable[[Registry], object]


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs; made by `up`. finish: waits for what `up` was told to leave for later."""

    kind: Kind
    registry: Registry
    http_port: int
    finish: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)

    @property
    def name(self) -> str:
        return str(self.kind.name)

    @property
    def kubectl(self) -> Kubectl:
        """kubectl of the cluster's own version."""
        return Kubectl(Path(self.kind.kubectl_path), Path(self.kind.kubeconfig_path))

    @property
    def url(self) -> str:
        """Where the ingress controller answers."""
        return f"http://localhost:{self.http_port}"

    def push(self, image: str, repository: str) -> str:
        """Push a local image to the cluster's registry, and return its name for manifests. Raises PushFailed."""
        return self.registry.push(image, repository)

    def delete(self) -> None:
        """Remove all of it."""
        down(self.name, state=Path(self.kind.kubeconfig_path).parents[1])


class Maker:
    """One call of `up`."""

    def __init__(  # noqa: PLR0913  # what `up` was given
        self,
        folder: Path,
        name: str,
        *,
        http_port: int | None,
        later: Collection[str],
        beside: Beside,
        state: Path,
        labels: dict[str, str],
        say: Say,
    ) -> None:
        self.folder, self.name, self.later, self.state, self.labels, self.say = folder, name, later, state, labels, say
        self.beside = beside
        pins = next((above for above in folder.resolve().parents if (above / "images.env").is_file()), folder)
        self.images = {part: images.resolve(addons.variable(part), pins) for part in addons.names(folder)}
        self.registry_image = images.resolve("REGISTRY_IMAGE", pins)
        self.stock = {**self.images, **_stock(folder, pins)}
        node_image = images.resolve("KIND_NODE_IMAGE", pins)
        ids = {part: _id(image) for part, image in self.images.items()}
        self.recipe = Recipe.of(folder, _id(node_image), ids, http_port)
        self.file = state / name / "made-of.json"
        self.kind = Kind(name, state=state / name, node_image=node_image, network=network_of(name))

    def reused(self) -> Cluster | None:
        """Return the cluster that runs, if it will do; else remove it."""
        made = Recipe.load(self.file)
        registry = Registry.find(registry_of(self.name))
        if made is None and registry is None and not self.kind.exists():
            return None
        reason = why_not(made, self.recipe, self._health(registry))
        if reason or registry is None or made is None or made.http_port is None:
            self.say(f"cluster {self.name}: replaced, because {reason}")
            down(self.name, state=self.state)
            return None
        self.kind.attach()
        cluster = Cluster(self.kind, registry, made.http_port)
        self._tell_node(cluster)
        if made.addons != self.recipe.addons:
            cluster = self._install(cluster, {part: cluster.push(image, part) for part, image in self.images.items()})
        self.beside(registry)
        return cluster

    def made(self) -> Cluster:
        """Make it; when that fails, report and leave nothing."""
        port = self.recipe.http_port or process.free_port()
        # Of a run that was killed there may be a part.
        down(self.name, state=self.state)
        try:
            _check_free(port)
            for image in (self.registry_image, *self.stock.values()):
                _id(image)  # one that is missing is told now, not when the node is up
            return self._made(port)
        except BaseException:
            down(self.name, state=self.state)
            raise

    def _made(self, port: int) -> Cluster:
        _network(self.name, self.labels)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        ended = threading.Event()
        with ThreadPoolExecutor() as threads:
            with self._step("node"):
                pushed = threads.submit(self._registry)
                beside = threads.submit(lambda: self.beside(pushed.result()[0]))
                # Before the first pod asks for a Service: who has met a stranger there holds on to him.
                threads.submit(node.keep_cluster_addresses_inside_early, self.kind, ended)
                try:
                    self.kind.create(_config(self.folder, self.file.parent, port))
                finally:
                    ended.set()
                registry, references = pushed.result()
            cluster = Cluster(self.kind, registry, port)
            self._tell_node(cluster)
            installed = self._install(cluster, references)
            beside.result()
        return installed

    def _registry(self) -> tuple[Registry, dict[str, str]]:
        name = registry_of(self.name)
        with self._step("registry, with its stock"):
            image = stocked(self.registry_image, self.stock, name=name)
            registry = Registry.start(name, image, network=network_of(self.name), labels=self.labels)
            return registry, {part: registry.push(image, part) for part, image in self.stock.items()}

    def _tell_node(self, cluster: Cluster) -> None:
        node.keep_cluster_addresses_inside(cluster.kind)
        node.trust(cluster.kind, cluster.registry)

    def _install(self, cluster: Cluster, references: Mapping[str, str]) -> Cluster:
        with self._step("add-ons"):
            workloads = addons.apply(cluster.kubectl, self.folder, references)
            late = [one for name in self.later for one in workloads.pop(name, [])]
            with self._fetching(cluster, references):
                addons.wait(cluster.kubectl, [*_BASE, *chain.from_iterable(workloads.values())], _READY_TIMEOUT)
        with self._step("services"):
            _check_services(cluster)
        finish = partial(self._finish, cluster, late)
        if late:
            return replace(cluster, finish=finish)
        finish()
        return cluster

    @contextlib.contextmanager
    def _fetching(self, cluster: Cluster, references: Mapping[str, str]) -> Iterator[None]:
        """Have the node fetch the stock, beside pods that start and wait for each other."""
        stock = [reference for name, reference in references.items() if name not in self.images]
        with ThreadPoolExecutor() as beside:
            fetched = [beside.submit(node.fetch, cluster.kind, reference) for reference in stock]
            yield
        for one in fetched:
            one.result()

    def _finish(self, cluster: Cluster, late: list[addons.Workload]) -> None:
        addons.wait(cluster.kubectl, late, _READY_TIMEOUT)
        replace(self.recipe, http_port=cluster.http_port).save(self.file)

    def _health(self, registry: Registry | None) -> dict[str, bool]:
        return {
            "its node is there": self.kind.exists(),
            "its registry runs": registry is not None,
            "its API answers": self.kind.answers(),
        }

    @contextlib.contextmanager
    def _step(self, what: str) -> Iterator[None]:
        begin = time.monotonic()
        yield
        self.say(f"cluster {self.name}: {what}: {time.monotonic() - begin:.1f} s")


def _id(image: str) -> str:
    return images.identity(image, hint="run `make images cluster-images`")


def _stock(folder: Path, pins: Path) -> dict[str, str]:
    """Return the images that the folder's stock.env wants in the registry from its start, by their repositories."""
    wanted = images.assignments(folder / "stock.env")
    return {repository: images.resolve(variable, pins) for repository, variable in wanted.items()}


def _network(name: str, labels: Mapping[str, str]) -> None:
    """Make the network that kind would make, with our labels; kind takes one that is there."""
    client = containers.engine()
    with contextlib.suppress(NotFound):
        client.networks.get(network_of(name))
        return
    mtu = "com.docker.network.driver.mtu"
    default = client.networks.get("bridge").attrs["Options"].get(mtu)
    client.networks.create(
        network_of(name), driver="bridge", labels=dict(labels), options={mtu: default} if default else {}
    )


def _config(folder: Path, state: Path, http_port: int) -> Path:
    """Write the folder's kind.yaml with the port of localhost that leads to the ingress controller."""
    config = yaml.safe_load((folder / "kind.yaml").read_text())
    for mapping in config["nodes"][0]["extraPortMappings"]:
        mapping["hostPort"] = http_port
    written = state / "kind.yaml"
    written.write_text(yaml.safe_dump(config))
    return written


def _check_free(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise KindFailed(
                f"port {port} of localhost is taken ({error.strerror}): free it, or ask for another one"
            ) from None


def _check_services(cluster: Cluster) -> None:
    """Wait until Services and the ingress controller answer; raise KindFailed where kube-proxy cannot do its work."""
    until(lambda: node.answers_a_service(cluster.kind), 30, every=0.2, why="a Service to answer")
    until(lambda: _answers(cluster.url), 30, every=0.2, why=f"{cluster.url} to answer")
    if errors := node.proxy_errors(cluster.kubectl):
        raise KindFailed(f"kube-proxy logs errors, so Services may be missing: {errors[-1]}")


def _answers(url: str) -> bool | NotYet:
    """Say whether the ingress controller answers; that it has no route yet is an answer too."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(url, timeout=2)
        except requests.RequestException as error:
            return NotYet(str(error))
    return answer.status_code == 404 or NotYet(f"{answer.status_code}: {answer.text[:200]}")
