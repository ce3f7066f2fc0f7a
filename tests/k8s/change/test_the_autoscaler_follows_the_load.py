"""More visitors come than two pods are meant for: does the autoscaler add pods, and does nobody notice?"""

from collections.abc import Iterator

import pytest

from testkit.kube.rollout import rollout
from testkit.progress import Say
from testkit.wait import NotYet, until
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Site
from tests.k8s.support.traffic import Traffic, traffic

pytestmark = pytest.mark.slow

# Seconds: a metric is up to 15 s old, the autoscaler looks every 15 s, and a new pod is not counted at once.
SEEN_WITHIN = 180


@pytest.fixture
def autoscaled(restored: Release) -> Iterator[Release]:
    """The release with its autoscaler as it is outside of tests; back to two pods afterwards, which it does slowly."""
    restored.deploy(autoscaled=True)
    yield restored
    restored.deploy()
    restored.kubectl.run("scale", "deployment/webapp", "--replicas=2")


def test_load_adds_pods(autoscaled: Release, site: Site, slug: str, say: Say) -> None:
    """Red: a campaign's visitors wait, while the autoscaler knows nothing of them, or may do nothing."""
    before = len(autoscaled.pods("web"))
    with traffic(site, slug) as visitors:
        until(
            lambda: _more(autoscaled, before, visitors),
            SEEN_WITHIN,
            every=1,
            why=f"the autoscaler to want more than {before} pods",
            hint="does metrics-server answer `kubectl top pods`? what does `kubectl describe hpa webapp` say?",
        )
        rollout(autoscaled.kubectl, "deployment/webapp", timeout=PATIENCE)
        visitors.settle()
    say(f"autoscaler: {before} -> {len(autoscaled.pods('web'))} pods; {visitors.summary()}")
    visitors.assert_none_failed("while the autoscaler added pods")


def _more(release: Release, before: int, visitors: Traffic) -> bool | NotYet:
    status = release.kubectl.get("hpa", "webapp").get("status", {})
    wanted = status.get("desiredReplicas", 0)
    told = f"it wants {wanted}, at {status.get('currentMetrics')}; {visitors.attempted} visits so far"
    return wanted > before or NotYet(told)
