"""More visitors come than two pods are meant for: does the autoscaler add pods, and does nobody notice?"""

from collections.abc import Iterator

import pytest

from testkit.kube.rollout import rollout
from testkit.progress import Say
from testkit.wait import NotYet, until
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Site
from tests.k8s.support.traffic import traffic

pytestmark = pytest.mark.slow

# Seconds: a metric is up to 15 s old, the autoscaler looks every 15 s, and a new pod is not counted at once.
SEEN_WITHIN = 180


@pytest.fixture
def autoscaled(restored: Release) -> Iterator[Release]:
    """The release with its autoscaler as it is outside of tests, and the fewest pods, before and afterwards."""
    _fewest_pods(restored)
    restored.deploy(autoscaled=True)
    yield restored
    restored.deploy()
    _fewest_pods(restored)


def _fewest_pods(release: Release) -> None:
    """The autoscaler takes pods away only slowly: another test, or the one before, may have left more."""
    fewest = release.kubectl.get("hpa", "webapp")["spec"]["minReplicas"]
    release.kubectl.run("scale", "deployment/webapp", f"--replicas={fewest}")
    rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE, drained=True)


def test_load_adds_pods(autoscaled: Release, site: Site, slug: str, say: Say) -> None:
    """Red: a campaign's visitors wait, while the autoscaler knows nothing of them, or may do nothing."""
    before = int(autoscaled.kubectl.get("hpa", "webapp")["spec"]["minReplicas"])
    # Twice what other tests send, which was only 61 % of the pods' CPU request on a fast machine; the target is 70 %.
    with traffic(site, slug) as some, traffic(site, slug) as more:
        until(
            lambda: _more(autoscaled, before, some.attempted + more.attempted),
            SEEN_WITHIN,
            every=1,
            why=f"the autoscaler to want more than {before} pods",
            hint="does metrics-server answer `kubectl top pods`? what does `kubectl describe hpa webapp` say?",
        )
        rollout(autoscaled.kubectl, "deployment/webapp", timeout=PATIENCE)
        some.settle()
    for visitors in (some, more):
        say(f"autoscaler: {before} -> {len(autoscaled.pods('web'))} pods; {visitors.summary()}")
        visitors.assert_none_failed("while the autoscaler added pods")


def _more(release: Release, before: int, visits: int) -> bool | NotYet:
    status = release.kubectl.get("hpa", "webapp").get("status", {})
    wanted = status.get("desiredReplicas", 0)
    told = f"it wants {wanted}, at {status.get('currentMetrics')}; {visits} visits so far"
    return wanted > before or NotYet(told)
