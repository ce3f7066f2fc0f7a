"""Pods that carry the labels of others, and try every connection that there is.

    with probes(kubectl, "local", image) as found:
        found.open()                    # {"web -> mysql TCP 3306", …}, as the cluster lets them through at this moment

They stand in a namespace that has the overlay's NetworkPolicies and nothing else of it, so that no Service, autoscaler
or disruption budget of the release ever counts them. Each listens on every port of the map, whether or not the part
that it stands for does: what is closed is closed by a policy, never for want of a listener.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from testkit.kube.kubectl import Kubectl, Object
from testkit.kube.netpol import Endpoint
from testkit.kube.render import render
from testkit.wait import NotYet, until
from tests.k8s.support import nearby
from tests.k8s.support.connections import DNS, OTHERS, ours
from tests.k8s.support.names import KUSTOMIZE

PORTS = (8000, 8001, 3306, 6379)

# Neighbours whose namespaces have any name; the ingress controller's is known to the policies by its name.
ELSEWHERE = {"monitoring", "stranger"}

# Outside the cluster's network something is needed that answers: the registry, which every cluster has.
OUTSIDE_PORT = 5000

# Seconds for a pod's start, and for one try: a refused one is answered at once, a dropped one never.
_START, _TRY = 90, 2

_LISTENER = """
import socket, threading, sys
def serve(port):
    server = socket.create_server(("", port))
    while True:
        server.accept()[0].close()
threads = [threading.Thread(target=serve, args=(int(port),)) for port in sys.argv[1:]]
for thread in threads:
    thread.start()
"""

# Reads the targets, tries them all at once, writes those that were open. A name server is asked for the root's own.
_PROBE = """
import concurrent.futures, json, socket, sys
QUERY = bytes.fromhex("123401000001000000000000" "00" "0006" "0001")
def is_open(target):
    _, address, protocol, port = target
    kind = socket.SOCK_DGRAM if protocol == "UDP" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as it:
        it.settimeout({timeout})
        try:
            it.connect((address, port))
            if protocol == "UDP":
                it.send(QUERY)
                it.recv(512)
        except OSError:
            return False
        return True
targets = json.loads(sys.argv[1])
with concurrent.futures.ThreadPoolExecutor(len(targets)) as pool:
    print(json.dumps([target for target, yes in zip(targets, pool.map(is_open, targets)) if yes]))
"""

Target = tuple[str, str, str, int]
"""Name, address, protocol, port."""


@dataclass(frozen=True)
class Probes:
    """Pods that run, as namespace and name by what they stand for, and what else there is to be reached."""

    kubectl: Kubectl
    pods: Mapping[str, tuple[str, str]]
    targets: Sequence[Target]

    def open(self) -> set[str]:
        """Try everything, from everywhere at once, and return the rows of what got through."""
        with ThreadPoolExecutor(len(self.pods)) as pool:
            return {row for rows in pool.map(self._open_from, self.pods) for row in rows}

    def _open_from(self, source: str) -> list[str]:
        namespace, pod = self.pods[source]
        targets = [target for target in self.targets if target[0] != source]
        program = _PROBE.replace("{timeout}", str(_TRY))
        command = ["python", "-c", program, json.dumps(targets)]
        found = json.loads(self.kubectl.within(namespace).exec(pod, command, timeout=60))
        return [f"{source} -> {name} {protocol} {port}" for name, _, protocol, port in found]


@contextmanager
def probes(kubectl: Kubectl, overlay: str, image: str, outside: str) -> Iterator[Probes]:
    """Make a pod for each part of an overlay and for each neighbour, under the overlay's policies.

    image: has Python, and a user 10001.
    outside: an address beyond the cluster at which OUTSIDE_PORT answers.
    """
    home = f"connections-{overlay}"
    policies = render(KUSTOMIZE / "overlays" / overlay, namespace=home).of("NetworkPolicy")
    neighbours = [other for other in OTHERS if other.name in ELSEWHERE]
    elsewhere = {other.name: f"connections-{other.name}" for other in neighbours}
    places = [
        *((one, home) for one in ours(overlay)),
        *((other, elsewhere[other.name]) for other in neighbours),
        *((other, str(other.namespace)) for other in OTHERS if other.name == "ingress"),
    ]
    # All of it in one call each way: a test's time is mostly kubectl's starts.
    namespaces = [nearby.namespace_object(home)]
    namespaces += [nearby.namespace_object(elsewhere[other.name], other.namespace_labels) for other in neighbours]
    pods = [_listener(one, where, image) for one, where in places]
    with nearby.created(kubectl, *namespaces, *policies, *pods):
        addresses = _addresses(kubectl, {_name(one) for one, _ in places})
        targets = [(one.name, addresses[_name(one)], "TCP", port) for one, _ in places for port in PORTS]
        targets += [("outside", outside, "TCP", OUTSIDE_PORT), *_dns(kubectl)]
        yield Probes(kubectl, {one.name: (where, _name(one)) for one, where in places}, targets)


def _listener(one: Endpoint, namespace: str, image: str) -> Object:
    command = ["python", "-c", _LISTENER, *map(str, PORTS)]
    pod = nearby.pod(_name(one), image, command, labels=one.labels)
    return {**pod, "metadata": {**pod["metadata"], "namespace": namespace}}


def _name(one: Endpoint) -> str:
    return f"probe-{one.name}"


def _dns(kubectl: Kubectl) -> list[Target]:
    ((label, value),) = DNS.items()
    address = kubectl.within("kube-system").get("pods", selector=f"{label}={value}")[0]["status"]["podIP"]
    return [("dns", address, protocol, 53) for protocol in ("TCP", "UDP")]


def _addresses(kubectl: Kubectl, names: set[str]) -> dict[str, str]:
    """Return the pods' addresses by their names, once all run."""

    def all_run() -> dict[str, str] | NotYet:
        found = kubectl.json("get", "pods", "--all-namespaces")["items"]
        status = {pod["metadata"]["name"]: pod["status"] for pod in found if pod["metadata"]["name"] in names}
        waited_for = {name: told for name, told in status.items() if told["phase"] != "Running" or "podIP" not in told}
        missing = [
            *names.difference(status),
            *(f"{name}: {json.dumps(told)[:800]}" for name, told in waited_for.items()),
        ]
        return NotYet("; ".join(missing)) if missing else {name: told["podIP"] for name, told in status.items()}

    found = until(all_run, _START, every=0.2, why=f"{len(names)} probing pods to run")
    return dict(found)
