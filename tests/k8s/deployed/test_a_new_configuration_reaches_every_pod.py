"""Does a change of the configuration roll every pod that reads it, and nothing else?"""

import pytest

from tests.k8s.support.release import Release

# Two roll-outs; that the ConfigMap's name carries a hash of its content is held without a cluster.
pytestmark = pytest.mark.slow

CHANGED = {
    "target": {"kind": "ConfigMap", "name": "strata-config"},
    "patch": [{"op": "replace", "path": "/data/LOG_LEVEL", "value": "WARNING"}],
}


def test_pods_are_replaced_by_ones_that_have_it(release: Release) -> None:
    """Red: a setting is reviewed and deployed, and the pods go on with the old one until they happen to die."""
    stores = identities(release, "mysql", "redis")
    before = identities(release, "web", "flusher")
    with release.restored():
        release.deploy(patches=[CHANGED])
        for part in ("web", "flusher"):
            new = [pod for pod in release.pods(part) if pod["metadata"]["uid"] not in before]
            assert new, f"no {part} pod was replaced when its configuration changed: the ConfigMap's name has no hash"
            for pod in new:
                name = pod["metadata"]["name"]
                level = release.kubectl.exec(name, ["printenv", "LOG_LEVEL"], part).strip()
                assert level == "WARNING", f"pod {name} is new and has LOG_LEVEL={level} instead of WARNING"
        assert identities(release, "mysql", "redis") == stores, "a store was restarted for a setting of the app"


def identities(release: Release, *parts: str) -> set[str]:
    return {pod["metadata"]["uid"] for part in parts for pod in release.pods(part)}
