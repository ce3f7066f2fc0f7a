"""A node is emptied under steady load, by the same API calls as `kubectl drain`: does a visitor notice?"""

import json

import pytest

from testkit.kube.kubectl import KubectlFailed
from testkit.kube.rollout import rollout
from testkit.progress import Say
from testkit.wait import NotYet, until
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Site
from tests.k8s.support.traffic import traffic


def evict(release: Release, name: str) -> bool | NotYet:
    """Ask for the eviction of a pod; a refusal for the budget's sake is what a drain tries again after."""
    namespace = release.kubectl.namespace
    wish = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
    path = f"/api/v1/namespaces/{namespace}/pods/{name}/eviction"
    try:
        release.kubectl.run("create", "--raw", path, "--filename=-", input=json.dumps(wish))
    except KubectlFailed as error:
        if "disruption budget" not in error.stderr:
            raise
        return NotYet(error.stderr.strip())
    return True


@pytest.mark.slow
def test_a_node_is_emptied_without_a_failed_request(release: Release, site: Site, slug: str, say: Say) -> None:
    """Red: the upgrade of the cluster's nodes takes all pods at once, or never ends."""
    rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE)
    first, second = (pod["metadata"]["name"] for pod in release.pods("web"))
    with traffic(site, slug) as visitors:
        assert evict(release, first), "no pod may be evicted, although all serve: a drain would wait for ever"
        refused = evict(release, second)
        assert not refused, (
            f"{second} was evicted although {first} had just gone: the PodDisruptionBudget holds nothing"
        )
        until(
            lambda: evict(release, second), PATIENCE, every=0.3, why=f"{second} to be evictable, with {first} replaced"
        )
        serving = [pod["metadata"]["name"] for pod in release.pods("web") if _ready(pod)]
        assert serving, "both pods are on their way out, and no other one serves"
        rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE)
        visitors.settle()
    say(f"both pods evicted, the second first refused: {visitors.summary()}")
    visitors.assert_none_failed("while a node was emptied; see the PodDisruptionBudget, and how a pod ends")


def _ready(pod: dict[str, object]) -> bool:
    status = pod["status"]
    assert isinstance(status, dict)
    return any(one["type"] == "Ready" and one["status"] == "True" for one in status["conditions"])
