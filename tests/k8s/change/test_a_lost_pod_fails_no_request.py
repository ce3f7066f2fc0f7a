"""A pod of the web, or a process in it, is lost under steady load: which visits fail?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from testkit.kube.cluster import Cluster
from testkit.kube.rollout import rollout
from testkit.progress import Say
from testkit.wait import NotYet, until
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Site
from tests.k8s.support.traffic import RATE, Traffic, traffic

# Seconds until a dead pod is out of the routes: the kubelet looks once a second, then the EndpointSlice, and the
# ingress controller's next poll.
NOTICED = 5

# Skipper's answer when nobody listened at the first pod that it chose, nor at the second.
REFUSED_TWICE = "502"

# One of the children of gunicorn's master, which is process 1 and goes on listening.
KILL_A_WORKER = """
import os, pathlib, signal
stats = pathlib.Path("/proc").glob("[0-9]*/stat")
workers = [stat.parent.name for stat in stats if stat.read_text().rpartition(")")[2].split()[1] == "1"]
os.kill(int(min(workers)), signal.SIGKILL)
"""


@contextmanager
def most_under_way(visitors: Traffic) -> Iterator[list[int]]:
    """Note, every few milliseconds, how many visits are under way; the largest number stands in the list."""
    most, over = [visitors.under_way], threading.Event()

    def look() -> None:
        while not over.wait(0.003):
            most[0] = max(most[0], visitors.under_way)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def test_a_deleted_pod_fails_no_request(release: Release, site: Site, slug: str, say: Say) -> None:
    """Red: each repair of a node, and each step of the autoscaler down, costs visitors their redirects."""
    name = release.pods("web")[0]["metadata"]["name"]
    with traffic(site, slug) as visitors:
        # Until it is gone, so that its whole end is met.
        release.kubectl.run("delete", "pod", name, timeout=PATIENCE)
        with visitors.settling():
            rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE)
    say(f"pod deleted: {visitors.summary()}")
    visitors.assert_none_failed("when one of two pods was deleted; see preStop in deploy/kustomize/base/webapp.yaml")


def test_a_killed_worker_fails_at_most_what_it_was_answering(release: Release, site: Site, slug: str, say: Say) -> None:
    """Red: a worker that dies takes visits along that others could have answered."""
    name = release.pods("web")[0]["metadata"]["name"]
    with traffic(site, slug) as visitors:
        with most_under_way(visitors) as most:
            begun = visitors.now
            release.kubectl.exec(name, ["python", "-c", KILL_A_WORKER], "web")
            dead = visitors.now
        visitors.settle()
    failed = visitors.failures
    numbers = f"killed between {begun:.2f} s and {dead:.2f} s, up to {most[0]} visits under way, {len(failed)} failed"
    say(f"worker killed -9: {numbers}; {visitors.summary()}")
    assert len(failed) <= most[0], f"more visits failed than were under way: {numbers}; {visitors.summary()}"
    later = [str(failure) for failure in failed if failure.at > dead]
    assert not later, f"{len(later)} visits failed that began when the worker was dead: {later[:5]}; {numbers}"


@pytest.mark.slow
def test_a_killed_pod_fails_few_until_it_is_noticed(
    cluster: Cluster, release: Release, site: Site, slug: str, say: Say
) -> None:
    """Red: a pod out of memory fails more visits than it was answering and the ingress controller tried on it twice.

    What comes before the pod is out of the routes is tried once more by Skipper, on whichever pod is next: with two
    pods that is now and then the dead one again. No setting of Skipper leaves out the pod that has just refused.
    """
    pod = release.pods("web")[0]
    name, status = pod["metadata"]["name"], pod["status"]["containerStatuses"][0]
    container = status["containerID"].removeprefix("containerd://")
    with traffic(site, slug) as visitors:
        with most_under_way(visitors) as most:
            killed = cluster.kind.on_node("ctr", "--namespace=k8s.io", "tasks", "kill", "--signal=SIGKILL", container)
            assert killed.code == 0, f"{name} could not be killed: {killed.output}"
            dead = visitors.now
        until(lambda: _restarted(release, name, status["restartCount"]), 60, every=0.3, why=f"{name} to serve again")
        visitors.settle()
    refused = [failure for failure in visitors.failures if failure.what == REFUSED_TWICE]
    cut = len(visitors.failures) - len(refused)
    numbers = f"dead at {dead:.2f} s, up to {most[0]} visits under way: {cut} cut, {len(refused)} refused twice"
    say(f"pod killed -9: {numbers}; {visitors.summary()}")
    assert cut <= most[0], f"more visits were cut than were under way: {numbers}; {visitors.summary()}"
    late = [str(failure) for failure in visitors.failures if failure.at > dead + NOTICED]
    assert not late, f"{len(late)} visits failed more than {NOTICED} s after the kill: {late[:5]}; {numbers}"
    # Half of them go to the dead pod first, at most half of those again.
    assert len(refused) <= RATE * NOTICED / 4, f"{numbers}; {visitors.summary()}"


def _restarted(release: Release, name: str, before: int) -> bool | NotYet:
    status = release.kubectl.get("pod", name)["status"]["containerStatuses"][0]
    again = status["restartCount"] > before and status["ready"]
    return again or NotYet(f"{status['restartCount'] - before} restarts since, ready: {status['ready']}")


@pytest.fixture(autouse=True)
def two_pods(release: Release) -> None:
    """Begin with all pods serving: one that a test before has killed may still be on its way."""
    rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE)
