"""What the tests of change share: variants of the image, a link to visit, and one way to a newer release and back."""

from collections.abc import Iterator

import pytest

from testkit.kube.cluster import Cluster
from testkit.progress import Say
from tests.k8s.support.journey import Journey, travel
from tests.k8s.support.release import Release
from tests.k8s.support.site import Owner, Site
from tests.k8s.support.variants import Variants


@pytest.fixture(scope="session")
def variants(cluster: Cluster, image: str, say: Say) -> Variants:
    """Makes other releases of the image under test."""
    return Variants(cluster, image, say)


@pytest.fixture
def slug(site: Site, resident: Owner) -> str:
    """A link to visit."""
    return site.link(resident)


@pytest.fixture
def restored(release: Release) -> Iterator[Release]:
    """The release, for a test that changes it: it is put back afterwards."""
    with release.restored():
        yield release


@pytest.fixture(scope="session")
def journey(release: Release, site: Site, variants: Variants, resident: Owner, say: Say) -> Journey:
    """From the image under test to a newer release, whose migration expands the schema, and back, under steady load.

    It takes the better part of a minute, and several tests have a question to it.
    """
    with release.restored_after_a_failure():
        return travel(release, site, variants, resident, say)
