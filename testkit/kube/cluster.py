"""A local cluster from a folder: kind, a scratch registry, add-ons; ready, reused while it fits, gone without a trace.

    cluster = up(Path("deploy/cluster"), "shop", http_port=8080)
    reference = cluster.push("shop:test", "shop")       # "registry.strata.internal/shop@sha256:…", for manifests
    cluster.kubectl.within("shop").get("pods")
    requests.get(cluster.url, headers={"Host": "shop.example"})
    cluster.delete()

    python -m testkit.kube.cluster up deploy/cluster --name strata --http-port 8080
    python -m testkit.kube.cluster down --name strata

The folder holds `kind.yaml` and `addons/<name>/kustomization.yaml`, and `stock.env` with what is pushed to every such
cluster (`testkit.kube.stock`). An add-on's containers call their image by the
add-on's name; which image that is, `<NAME>_IMAGE` says in the environment, `.env` or `images.env` of the nearest folder
above, as for `KIND_NODE_IMAGE` and `REGISTRY_IMAGE`. The one port that `kind.yaml` maps is the ingress controller's.

Nothing is shared between two clusters: node, registry, network and kubeconfig carry the cluster's name, ports are free
ones unless asked for. `up` on a healthy cluster that was made from the same things returns at once; any other one of
that name is replaced.
"""

import argparse
import contextlib
import signal
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from docker.errors import DockerException

from testkit import containers, images, process
from testkit.kube import tools
from testkit.kube.kind import KindFailed
from testkit.kube.kubectl import KubectlFailed
from testkit.kube.making import Beside, Cluster, Maker, Say
from testkit.kube.registry import PushFailed
from testkit.kube.removal import STATE, down, sweep
from testkit.kube.render import RenderFailed
from testkit.kube.rollout import RolloutFailed
from testkit.wait import WaitTimeout

__all__ = ["STATE", "Cluster", "ClusterFailed", "complete", "down", "sweep", "up"]

_EXPECTED = (
    DockerException,
    KindFailed,
    KubectlFailed,
    PushFailed,
    RenderFailed,
    RolloutFailed,
    WaitTimeout,
    containers.EngineMissing,
    images.NoImage,
    process.ProcessError,
    tools.NoTool,
)


# Each node watches a hundred files, and Linux allows 128 watchers a user by default: enough for two or three clusters.
_TOO_MANY_FILES = (
    "\nhint: not files, but the kernel's watchers of files are used up: remove clusters that nobody needs, or as root: "
    "sysctl -w fs.inotify.max_user_instances=1024"
)


class ClusterFailed(RuntimeError):
    """A cluster did not come up; the message says why. What was made for it is gone."""


def up(  # noqa: PLR0913  # all but folder and name are optional, and given by name
    folder: Path,
    name: str,
    *,
    http_port: int | None = None,
    later: Collection[str] = (),
    beside: Beside = lambda _registry: None,
    state: Path = STATE,
    labels: Mapping[str, str] | None = None,
    say: Say = print,
) -> Cluster:
    """Return the cluster of this name; it is made, or replaced, unless a healthy one of the same things runs.

    http_port: of localhost, for the ingress controller; a free one where not given.
    later: add-ons that need not be ready yet; `complete` waits for them, and has to be called.
    beside: is called with the registry, in a thread of its own, as soon as that runs: what it builds and pushes takes
        the time in which the node starts. It has ended when `up` returns, which raises what it raised.
    state: where its kubeconfig is kept.
    labels: for registry and network, by which a leak gate finds them; the node has kind's label, `NODE_LABEL`.
    say: is called with a line for each step, and its seconds.

    Raises ClusterFailed.
    """
    begin = time.monotonic()
    with _named(name):
        maker = Maker(
            folder,
            name,
            http_port=http_port,
            later=later,
            beside=beside,
            state=state,
            labels=dict(labels or {}),
            say=say,
        )
        cluster = maker.reused() or maker.made()
    say(f"cluster {name}: ready after {time.monotonic() - begin:.1f} s; {cluster.url}")
    return cluster


def complete(cluster: Cluster) -> None:
    """Wait for the add-ons that `up` left for later. Raises ClusterFailed, and leaves the deletion to the caller."""
    with _named(cluster.name):
        cluster.finish()


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """Say of which cluster an error tells."""
    try:
        yield
    except _EXPECTED as error:
        hint = _TOO_MANY_FILES if "too many open files" in str(error) else ""
        raise ClusterFailed(f"cluster {name}: {error}{hint}") from error


def main() -> int:
    """Make or remove a cluster from the command line."""
    parser = argparse.ArgumentParser(
        "python -m testkit.kube.cluster", description="A local cluster; see testkit/README.md."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("up", help="make it, or reuse it while it fits")
    making.add_argument("folder", type=Path, help="with kind.yaml and addons/")
    making.add_argument("--http-port", type=int, help="of localhost, for the ingress controller; a free one by default")
    removing = verbs.add_parser("down", help="remove it with its registry and network")
    for verb in (making, removing):
        verb.add_argument("--name", required=True)
        verb.add_argument("--state", type=Path, default=STATE, help="where kubeconfigs are kept (%(default)s)")
    arguments = parser.parse_args()
    # A cancelled job leaves no half of a cluster, as Ctrl-C does not.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # each step is seen when it ends
    if arguments.verb == "down":
        print(
            f"cluster {arguments.name}: removed {', '.join(down(arguments.name, state=arguments.state)) or 'nothing'}"
        )
        return 0
    try:
        cluster = up(arguments.folder, arguments.name, http_port=arguments.http_port, state=arguments.state)
    except ClusterFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    print(f"kubectl: {cluster.kubectl.binary} --kubeconfig {cluster.kubectl.kubeconfig}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
