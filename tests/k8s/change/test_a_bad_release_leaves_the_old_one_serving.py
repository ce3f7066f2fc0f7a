"""A release that cannot run is deployed under steady load: is that said at once, and does the old one go on?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from testkit.kube.deploy import DeployFailed
from testkit.kube.kubectl import Object
from testkit.progress import Say
from tests.k8s.support.release import Release
from tests.k8s.support.site import Site
from tests.k8s.support.traffic import Traffic, traffic
from tests.k8s.support.variants import FAILS, Variants

# Seconds from the kubelet's first back-off event until the deployment has failed.
TOLD_WITHIN = 10

# Well-formed, and nobody has pushed it.
NOWHERE = "registry.strata.internal/strata@sha256:" + "0" * 64

CRASH = """CMD ["python", "-c", "raise SystemExit('this release was written to crash')"]"""


@dataclass
class Failed:
    """How a deployment ended."""

    error: DeployFailed
    visitors: Traffic
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def assert_says(self, pattern: str, what: str) -> None:
        assert re.search(pattern, str(self.error)), f"the deployment does not say {what}:\n{self.error}"


@contextmanager
def deployed_in_vain(release: Release, site: Site, slug: str, **options: Any) -> Iterator[Failed]:
    """Deploy what cannot run, under steady load, and hold on: what is asserted inside is true before it is put back."""
    with traffic(site, slug) as visitors:
        with pytest.raises(DeployFailed) as raised:
            release.deploy(**options)
        yield Failed(raised.value, visitors)
        visitors.settle()
    visitors.assert_none_failed("while a release was deployed that cannot run")


def ready_pods(release: Release, image: str) -> list[str]:
    """Return the pods of this image that get visitors."""
    return [pod["metadata"]["name"] for pod in release.pods("web") if _runs(pod, image) and _is_ready(pod)]


@pytest.fixture
def old(site: Site) -> str:
    """The version that serves, and has to go on."""
    return site.version()


def test_an_image_that_cannot_be_pulled_is_told_at_once(
    restored: Release, site: Site, slug: str, old: str, say: Say
) -> None:
    """Red: a typing error in a digest costs the pipeline its time-out, and then nobody is told the reason."""
    with deployed_in_vain(restored, site, slug, image=NOWHERE) as failed:
        backed_off = [_moment(event) for event in restored.kubectl.get("events") if _is_back_off(event)]
        took = (failed.at - min(backed_off)).total_seconds() if backed_off else 0.0
        assert site.version() == old, "another release serves than before"
    say(f"image that cannot be pulled: told {took:.0f} s after the first back-off event; {failed.visitors.summary()}")
    failed.assert_says(r"ErrImagePull|ImagePullBackOff", "that the image cannot be pulled")
    failed.assert_says(r"registry\.strata\.internal/strata@sha256:0+: not found", "what the registry answered")
    late = f"the deployment failed {took:.1f} s after the first back-off event, where {TOLD_WITHIN} are allowed"
    assert took <= TOLD_WITHIN, f"{late}:\n{failed.error}"


def test_a_failing_migration_leaves_the_old_version_serving(
    restored: Release, site: Site, slug: str, old: str, variants: Variants, say: Say
) -> None:
    """Red: new code serves on a schema that it does not fit, or nobody is told why there is no new release."""
    image, _ = variants.push("migration-fails", migration=FAILS)
    try:
        with deployed_in_vain(restored, site, slug, image=image) as failed:
            new = ready_pods(restored, image)
            assert not new, f"pods of the release whose migration failed get visitors: {new}"
            assert site.version() == old, "another release serves than before"
    finally:
        _forget_failed_migrations(restored)
    say(f"failing migration: {failed.visitors.summary()}")
    failed.assert_says(r"job/migrate-\w+ failed", "that it was the migration")
    failed.assert_says("this migration was written to fail", "what the migration's log says")


@pytest.mark.slow
def test_a_release_that_crashes_is_rolled_back(
    restored: Release, site: Site, slug: str, old: str, variants: Variants, say: Say
) -> None:
    """Red: a release that crashes stays half deployed until a person comes."""
    image, _ = variants.push("crashes", lines=[CRASH])
    with deployed_in_vain(restored, site, slug, image=image, rollback=True) as failed:
        assert failed.error.rolled_back, f"the last good release was not brought back:\n{failed.error}"
        left = [pod["metadata"]["name"] for pod in restored.pods("web") if _runs(pod, image)]
        assert not left, f"rolled back, and there are still pods of the release that crashes: {left}"
        assert site.version() == old, "another release serves than before"
    say(f"release that crashes, rolled back: {failed.visitors.summary()}")
    failed.assert_says("this release was written to crash", "what the crashed program's log says")


def _runs(pod: Object, image: str) -> bool:
    return bool(pod["spec"]["containers"][0]["image"] == image)


def _is_ready(pod: Object) -> bool:
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", []))


def _is_back_off(event: Object) -> bool:
    return event["reason"] == "BackOff" and NOWHERE in event["message"]


def _moment(event: Object) -> datetime:
    return datetime.fromisoformat(event["firstTimestamp"] or event["eventTime"])


def _forget_failed_migrations(release: Release) -> None:
    for job in release.kubectl.get("jobs", selector="app.kubernetes.io/component=migration"):
        if job["status"].get("failed"):
            release.kubectl.run("delete", "job", job["metadata"]["name"])
