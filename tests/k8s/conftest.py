"""What the layer shares: a cluster, the image under test in its registry, and the local overlay deployed from them.

All three are made once a session, when a test first asks; the static tests ask for none. With `--keep` they stay for
the next run. Whatever a test changes in the shared release it puts back (`release.restored`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from testkit import containers, evidence, images, leaks, progress
from testkit.containers import Run
from testkit.kube.cluster import Cluster, ClusterFailed, complete, sweep, up
from testkit.kube.evidence import evidence_of
from testkit.kube.kubectl import Kubectl
from testkit.progress import Say
from tests.k8s.support.names import CLUSTER, INGRESS_NAMESPACE, KEPT, NAMESPACE, REMEDY, ROOT, RUN_LABEL
from tests.k8s.support.release import Release
from tests.k8s.support.site import Owner, Site

HERE = Path(__file__).parent
LIVE = {"accepted", "deployed", "change"}

# Add-ons that the release comes up without. The metrics server waits ten seconds for its second look at the node.
LATER = ("metrics-server",)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in a hook of the same name
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what needs the cluster in one process of pytest-xdist, or each of them would make a cluster of its own."""
    for item in items if config.pluginmanager.hasplugin("xdist") else ():
        if any(item.path.is_relative_to(HERE / folder) for folder in LIVE):
            item.add_marker(pytest.mark.xdist_group("cluster"))


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """Writes a line for the person who waits, past pytest's capture."""
    return progress.of(request.config)


@pytest.fixture(scope="session")
def keep(request: pytest.FixtureRequest) -> bool:
    """Whether the cluster stays for the next run."""
    return bool(request.config.getoption("keep"))


@pytest.fixture(scope="session")
def early_cluster(request: pytest.FixtureRequest, keep: bool, say: Say) -> Iterator[Cluster]:
    """A cluster of this session's own, or the one that an earlier run kept. What is left of it fails the session.

    Without LATER it is good for the release, and for nobody else: the server knows no namespace's end before.
    """
    run = Run(RUN_LABEL, containers.new_id())
    name = KEPT if keep else f"strata-{run.id}"
    with _plainly():
        containers.engine()
        sweep("strata")
        if keep:
            yield _made(request, name, {}, say)
            return
        with leaks.gate(run, also=[f"io.x-k8s.kind.cluster={name}"]):
            made = _made(request, name, run.labels, say)
            try:
                yield made
            finally:
                made.delete()


@pytest.fixture(scope="session")
def cluster(early_cluster: Cluster) -> Cluster:
    """The cluster with all that belongs to it."""
    with _plainly():
        complete(early_cluster)
    return early_cluster


@contextmanager
def _plainly() -> Iterator[None]:
    """Say what hinders the cluster, and what helps, in place of a traceback."""
    try:
        yield
    except (ClusterFailed, containers.EngineMissing, images.NoImage) as error:
        pytest.fail(f"The k8s layer: {error} Remedy: {REMEDY}.", pytrace=False)


def _made(request: pytest.FixtureRequest, name: str, labels: dict[str, str], say: Say) -> Cluster:
    made = up(CLUSTER, name, later=LATER, labels=labels, say=say)
    namespaces = [NAMESPACE, INGRESS_NAMESPACE]
    evidence.collect_with(request.config, evidence_of(made.kubectl, namespaces))
    return made


@pytest.fixture(scope="session")
def image(early_cluster: Cluster, say: Say) -> Iterator[str]:
    """The id of the image under test: APP_IMAGE where a pipeline names one, else built from this tree."""
    tag = f"strata-test:{early_cluster.name}"
    with images.under_test(ROOT, "APP_IMAGE", base="PYTHON_IMAGE", tag=tag, say=say) as app:
        yield app


@pytest.fixture(scope="session")
def references(early_cluster: Cluster, image: str, say: Say) -> dict[str, str]:
    """The images of the local overlay as the cluster's registry has them, by their names in the manifests."""
    say("pushing the images …")
    return {
        "strata": early_cluster.push(image, "strata"),
        "mysql": early_cluster.push(images.resolve("MYSQL_IMAGE", ROOT), "mysql"),
        "redis": early_cluster.push(images.resolve("REDIS_IMAGE", ROOT), "redis"),
    }


@pytest.fixture(scope="session")
def kubectl(early_cluster: Cluster) -> Kubectl:
    """kubectl in the namespace of the release."""
    return early_cluster.kubectl.within(NAMESPACE)


@pytest.fixture(scope="session")
def release(request: pytest.FixtureRequest, kubectl: Kubectl, references: dict[str, str], say: Say) -> Release:
    """The local overlay, deployed and rolled out; what the cluster did without meanwhile is there then too."""
    made = Release(kubectl, references, say)
    evidence.collect_with(request.config, evidence_of(kubectl, [], manifests=lambda: made.deployed))
    made.deploy()
    request.getfixturevalue("cluster")
    return made


@pytest.fixture(scope="session")
def site(release: Release, cluster: Cluster) -> Site:
    """The release as visitors meet it: through the ingress controller."""
    return Site(f"http://127.0.0.1:{cluster.http_port}", release.kubectl)


@pytest.fixture(scope="session")
def resident(site: Site) -> Owner:
    """One account for all links that are only visited: to make one takes two starts of the app."""
    return site.owner()


@pytest.fixture
def owner(site: Site) -> Owner:
    """A new account with an API key, and so with a creation budget of its own."""
    return site.owner()
