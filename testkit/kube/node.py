"""What a kind node is told once it runs, whatever image it is made from. All of it may be repeated."""

import contextlib
import threading

from testkit.kube.kind import Kind, KindFailed
from testkit.kube.kubectl import Kubectl
from testkit.kube.registry import HOST, Registry
from testkit.wait import NotYet

# kind's own defaults, and the API server itself by the first address of the services.
_SERVICES, _PODS = "10.96.0.0/16", "10.244.0.0/16"
_API_ADDRESS = "10.96.0.1"

# Logged at each start as an error: NodePorts are open on all of the node's addresses, which is one.
_HARMLESS = "nodePortAddresses is unset"

_TRUST = """
mkdir -p "/etc/containerd/certs.d/$1"
printf %s "$2" >"/etc/containerd/certs.d/$1/hosts.toml"
"""

# While kube-proxy has not yet programmed a Service, its address is routed out of the node like any other; whoever
# answers there, such as a company's proxy, keeps the connection. What pods send is routed after translation, so a
# routing rule meets only what nothing was programmed for; a rule of iptables might stand behind one that accepts.
# What the node itself sends is routed before translation: there it has to be iptables.
_KEEP_INSIDE = """
services=$1 pods=$2
if [ -z "$(ip rule list priority 91)" ]; then
    ip rule add priority 90 iif lo lookup main
    ip rule add priority 91 to "$services" unreachable
fi
ip route replace unreachable "$pods"
device=$(ip -4 route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
rule="OUTPUT --out-interface $device --destination $services --jump REJECT"
iptables --wait --check $rule 2>/dev/null || iptables --wait --insert $rule
"""


def trust(kind: Kind, registry: Registry, host: str = HOST) -> None:
    """Tell the node's containerd where the scratch registry is, and what it is called in references."""
    _run(kind, _TRUST, host, registry.hosts_toml())


def fetch(kind: Kind, reference: str) -> None:
    """Have the node pull an image before a pod asks for it; kubelet would pull one after the other."""
    _run(kind, 'ctr --namespace=k8s.io images pull --hosts-dir=/etc/containerd/certs.d "$1" >/dev/null', reference)


def keep_cluster_addresses_inside(kind: Kind) -> None:
    """Reject what would leave the node for an address that only the cluster knows."""
    _run(kind, _KEEP_INSIDE, _SERVICES, _PODS)


def keep_cluster_addresses_inside_early(kind: Kind, ended: threading.Event) -> None:
    """Do so as soon as the node's own set-up is through, or give up when `ended` is set: it is done again later."""
    while not ended.wait(0.5):
        if kind.on_node("test", "-d", "/run/systemd/system").code == 0:
            with contextlib.suppress(KindFailed):
                keep_cluster_addresses_inside(kind)
                return


def answers_a_service(kind: Kind) -> bool | NotYet:
    """Say whether a Service answers over TCP: kube-proxy can do its work."""
    done = kind.on_node("bash", "-c", f"timeout 2 bash -c '</dev/tcp/{_API_ADDRESS}/443'")
    return done.code == 0 or NotYet(f"{_API_ADDRESS}:443 does not answer on the node: {done.output.strip()}")


def proxy_errors(kubectl: Kubectl) -> list[str]:
    """Return the errors that kube-proxy logs: a sync that fails is told nowhere else."""
    log = kubectl.within("kube-system").run("logs", "daemonset/kube-proxy", "--tail=200")
    return [line for line in log.splitlines() if line.startswith("E") and _HARMLESS not in line]


def _run(kind: Kind, script: str, *arguments: str) -> None:
    done = kind.on_node("bash", "-euc", script, "bash", *arguments)
    if done.code:
        raise KindFailed(f"the node {kind.node} refused what every node is told: {done.output.strip()}")
