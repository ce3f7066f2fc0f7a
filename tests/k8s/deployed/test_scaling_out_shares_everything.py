"""When there are more pods: do they share rate limit and cache?"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from testkit.kube.port_forward import port_forward
from testkit.kube.rollout import rollout
from testkit.wait import NotYet, until
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Owner, Site

# The container layer has two servers of its own; here it is what the overlay makes of four pods.
pytestmark = pytest.mark.slow

REPLICAS = 3
AT_LEAST = {
    "target": {"kind": "HorizontalPodAutoscaler", "name": "webapp"},
    "patch": [{"op": "replace", "path": "/spec/minReplicas", "value": REPLICAS}],
}
# CREATION_RATE of the base, and some more to be refused.
CREATIONS_A_MINUTE, BEYOND = 30, 6
# A change is seen by every replica within so many seconds; design promise.
SEEN_WITHIN = 5


@pytest.fixture(scope="module")
def replicas(release: Release) -> Iterator[list[Site]]:
    """Each of three pods, by a way of its own, so that it is known which one is asked."""
    before = release.kubectl.get("deployment", "webapp")["spec"]["replicas"]
    with release.restored():
        # The autoscaler owns the number: one that it does not know of, it takes back while the test runs.
        release.deploy(patches=[AT_LEAST])
        release.kubectl.run("scale", "deployment/webapp", f"--replicas={REPLICAS}")
        rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE, drained=True)
        with ExitStack() as stack:
            ways = [
                stack.enter_context(port_forward(release.kubectl, f"pod/{pod['metadata']['name']}", "http"))
                for pod in release.pods("web")
            ]
            yield [Site(f"http://127.0.0.1:{port}", release.kubectl) for port in ways]
    release.kubectl.run("scale", "deployment/webapp", f"--replicas={before}")
    rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE, drained=True)


def test_creation_has_one_budget_over_all_pods(replicas: list[Site], owner: Owner) -> None:
    """Red: the limit is as many times higher as there are pods, and rises when the site scales out."""
    statuses = Counter(
        replicas[n % len(replicas)].create(owner).status_code for n in range(CREATIONS_A_MINUTE + BEYOND)
    )
    # A window that slides gives back a little of the budget with every second.
    assert CREATIONS_A_MINUTE <= statuses[201] <= CREATIONS_A_MINUTE + 2, (
        f"{statuses[201]} links were made over {len(replicas)} pods, where CREATION_RATE allows {CREATIONS_A_MINUTE}"
        f" a minute ({dict(statuses)}): the pods do not share the limit through Redis"
    )


def test_a_switched_off_link_stops_at_every_pod(replicas: list[Site], owner: Owner) -> None:
    """Red: a link to malware goes on working at each pod that has it in a cache of its own."""
    slug = replicas[0].link(owner)
    before = [pod.get(f"/{slug}").status_code for pod in replicas]
    assert before == [302] * len(replicas), f"a link that one pod has made is answered by all with {before}"
    changed = replicas[0].patch(f"/api/v1/links/{slug}", json={"enabled": False}, headers=owner.headers)
    assert changed.ok, f"switching off was answered with {changed.status_code}: {changed.text}"

    def off() -> bool | NotYet:
        statuses = [pod.get(f"/{slug}").status_code for pod in replicas]
        return 302 not in statuses or NotYet(f"the pods answer {statuses}")

    until(off, SEEN_WITHIN, every=0.2, why="every pod to see that the link is off", hint="is the cache shared?")
