"""A rolling update within a minute of steady load, and twenty in a row: is it luck that no request fails in one?"""

import time

import pytest

from testkit.kube.rollout import rollout
from testkit.progress import Say
from testkit.wait import until
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Site
from tests.k8s.support.traffic import traffic
from tests.k8s.support.variants import Variants

pytestmark = pytest.mark.slow

MINUTE = 60
ROLLOUTS = 20


def test_a_minute_at_the_full_rate_with_a_rolling_update(
    restored: Release, site: Site, slug: str, variants: Variants, say: Say
) -> None:
    """Red: at the rate that is promised a rollout fails requests, where a slower machine's tests saw none."""
    image, version = variants.push("minute")
    begin = time.monotonic()
    with traffic(site, slug) as visitors:
        restored.deploy(image=image)
        rollout(restored.kubectl, "deployment/webapp", timeout=PATIENCE, drained=True)
        visitors.settle()
        until(lambda: time.monotonic() - begin > MINUTE, MINUTE, every=0.1, why="a minute of load to be over")
    say(f"rolling update within {time.monotonic() - begin:.0f} s of load: {visitors.summary()}")
    assert site.version() == version, f"{site.version()} serves, and {version} was rolled out"
    visitors.assert_none_failed("during a minute of load with a rolling update")
    for load in visitors.loads:
        load.assert_rate_kept()


def test_twenty_rollouts_in_a_row(restored: Release, site: Site, slug: str, variants: Variants, say: Say) -> None:
    """Red: one rollout in twenty fails a request, which over a year of releases is every week."""
    image, _ = variants.push("other")
    with traffic(site, slug) as visitors:
        for number in range(ROLLOUTS):
            restored.deploy(image=image if number % 2 == 0 else None)
            failed = len(visitors.failures)
            say(f"rollout {number + 1} of {ROLLOUTS}: {visitors.attempted} visits so far, {failed} failed")
            assert not failed, f"in rollout {number + 1} of {ROLLOUTS}: {visitors.summary()}"
        visitors.settle()
    say(f"{ROLLOUTS} rollouts in a row: {visitors.summary()}")
    visitors.assert_none_failed(f"during {ROLLOUTS} rollouts in a row")
