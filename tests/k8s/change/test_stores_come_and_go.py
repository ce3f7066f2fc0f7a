"""The pod of Redis, or of MySQL, is lost under steady load and comes back: do visitors notice, is each one counted?"""

import pytest

from testkit.kube.kubectl import Object
from testkit.kube.rollout import rollout
from testkit.progress import Say
from tests.k8s.support.ledger import Ledger
from tests.k8s.support.metrics import metric
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Owner, Site
from tests.k8s.support.traffic import traffic

# Visits for which a process did not ask Redis, or got no answer in time.
WITHOUT_REDIS = ['strata_link_cache_lookups_total{result="local"}', 'strata_link_cache_lookups_total{result="miss"}']


def without_redis(release: Release) -> dict[str, float]:
    """Return the number of such visits by pod."""
    local, missed = (metric(release, sample) for sample in WITHOUT_REDIS)
    return {pod: local[pod] + missed.get(pod, 0) for pod in local}


def lost_and_back(release: Release, store: str) -> None:
    """Delete the store's pod, as the repair of its node does, and wait until another one has its data and is ready."""
    pod = f"{store}-0"
    old = release.kubectl.get("pod", pod)["metadata"]["uid"]
    release.kubectl.run("delete", "pod", pod)
    rollout(release.kubectl, f"statefulset/{store}", timeout=PATIENCE)
    assert release.kubectl.get("pod", pod)["metadata"]["uid"] != old, f"{pod} was never away"


def off(pod: Object) -> str:
    """Say how a web pod was taken off, or restarted, since it was seen first; empty when it was not."""
    ready = next(one for one in pod["status"]["conditions"] if one["type"] == "Ready")
    restarts = pod["status"]["containerStatuses"][0]["restartCount"]
    return (
        f"{pod['metadata']['name']}: ready since {ready['lastTransitionTime']} ({ready['status']}), {restarts} restarts"
    )


# The container layer asks the same with more care, of single containers; here it is the Services and the volumes.
@pytest.mark.slow
@pytest.mark.parametrize("store", ["redis", "mysql"])
def test_visits_go_on_and_each_is_counted_once(
    store: str, release: Release, site: Site, resident: Owner, slug: str, say: Say
) -> None:
    """Red: an update of a store is an outage of every link, or takes the web pods off, or loses or doubles visits."""
    ledger = Ledger(release, site, resident, slug)
    before, asked_before = [off(pod) for pod in release.pods("web")], without_redis(release)
    with traffic(site, slug) as visitors:
        lost_and_back(release, store)
        visitors.settle()
    alone = {pod: number - asked_before.get(pod, 0) for pod, number in without_redis(release).items()}
    # A busy machine's Redis may be late while MySQL is away: what neither of the two can answer or count, fails.
    both_away = sum(alone.values()) if store == "mysql" else 0
    assert len(visitors.failures) <= both_away, (
        f"{len(visitors.failures)} visits failed while {store} was away, although their link was cached before and the "
        f"other store answered all but {both_away:g}: {visitors.summary()}"
    )
    numbers = ledger.settle(visitors)
    say(f"{store} gone and back: {numbers}; {visitors.summary()}")
    after = [off(pod) for pod in release.pods("web")]
    assert after == before, f"readiness or liveness depends on {store}: before {before}, after {after}"
    if store == "redis":
        assert all(alone.values()), f"no visit met the outage of Redis, so this proves nothing: {WITHOUT_REDIS} {alone}"
