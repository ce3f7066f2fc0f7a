"""Does the local overlay come up, all of it?"""

import pytest

from tests.k8s.support.release import Release
from tests.k8s.support.site import Site

PARTS = ("web", "flusher", "mysql", "redis")


@pytest.mark.parametrize("part", PARTS)
def test_every_pod_is_ready_and_was_never_restarted(release: Release, part: str) -> None:
    """Red: a part crashes and comes back, which users see as a page that is slow or gone now and then."""
    pods = release.pods(part)
    assert pods, f"no pod of the component {part}"
    for pod in pods:
        for container in pod["status"]["containerStatuses"]:
            where = f"pod {pod['metadata']['name']}, container {container['name']}"
            assert container["ready"], f"{where} is not ready: {container['state']}"
            restarts = container["restartCount"]
            assert restarts == 0, f"{where} was restarted {restarts} times; last: {container['lastState']}"


def test_it_finds_its_stores(site: Site) -> None:
    """Red: the pods are ready and do not work: passwords, names or policies keep them from their stores."""
    answer = site.get("/healthz/ready")
    assert answer.status_code == 200, f"not ready: {answer.status_code} {answer.text}"
    stores = {name: answer.json()[name] for name in ("database", "redis")}
    assert stores == {"database": "ok", "redis": "ok"}, f"the app does not reach its stores: {answer.text}"


def test_what_was_tested_is_what_runs(release: Release) -> None:
    """Red: the cluster runs another image than the one that was built and tested."""
    for part in ("web", "flusher"):
        for pod in release.pods(part):
            (image,) = {container["image"] for container in pod["spec"]["containers"]}
            assert image == release.references["strata"], f"{pod['metadata']['name']} runs {image}"
