"""What the layer shares: a cluster, the image under test in its registry, and the local overlay deployed from them.

All three are made once a session, when a test first asks; the static tests ask for none. With `--keep` they stay for
the next run. Whatever a test changes in the shared release it puts back (`release.restored`).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from testkit import containers, evidence, images, leaks, progress
from testkit.containers import Run
from testkit.kube.cluster import Cluster, ClusterFailed, complete, sweep, up
from testkit.kube.evidence import evidence_of
from testkit.kube.kubectl import Kubectl
from testkit.kube.registry import Registry
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


@dataclass(frozen=True)
class Early:
    """A cluster without LATER: good for the release, and for nobody else, as its server knows no namespace's end.

    image: the id of the image under test; references: the local overlay's images as the cluster's registry has them, by
    their names in the manifests.
    """

    cluster: Cluster
    image: str
    references: dict[str, str]


@pytest.fixture(scope="session")
def early(request: pytest.FixtureRequest, keep: bool, say: Say) -> Iterator[Early]:
    """A cluster of this session's own, or the one that an earlier run kept. What is left of it fails the session.

    The image under test is the one that a pipeline names in APP_IMAGE, else it is built while the cluster starts.
    """
    run = Run(RUN_LABEL, containers.new_id())
    name = KEPT if keep else f"strata-{run.id}"
    with _plainly(), ExitStack() as ours:
        containers.engine()
        sweep("strata")
        if not keep:
            ours.enter_context(leaks.gate(run, also=[f"io.x-k8s.kind.cluster={name}"]))
        made: dict[str, str] = {}

        def build_and_push(registry: Registry) -> None:
            tag = f"strata-test:{name}"
            made["app"] = ours.enter_context(
                images.under_test(ROOT, "APP_IMAGE", base="PYTHON_IMAGE", tag=tag, say=say)
            )
            stores = {store: images.resolve(f"{store.upper()}_IMAGE", ROOT) for store in ("mysql", "redis")}
            for part, local in {"strata": made["app"], **stores}.items():
                made[part] = registry.push(local, part)
            say("pushed the images")

        labels = {} if keep else run.labels
        cluster = up(CLUSTER, name, later=LATER, beside=build_and_push, labels=labels, say=say)
        if not keep:
            ours.callback(cluster.delete)
        evidence.collect_with(request.config, evidence_of(cluster.kubectl, [NAMESPACE, INGRESS_NAMESPACE]))
        yield Early(cluster, made.pop("app"), made)


@pytest.fixture(scope="session")
def cluster(early: Early) -> Cluster:
    """The cluster with all that belongs to it."""
    with _plainly():
        complete(early.cluster)
    return early.cluster


@contextmanager
def _plainly() -> Iterator[None]:
    """Say what hinders the cluster, and what helps, in place of a traceback."""
    try:
        yield
    except (ClusterFailed, containers.EngineMissing, images.NoImage) as error:
        pytest.fail(f"The k8s layer: {error} Remedy: {REMEDY}.", pytrace=False)


@pytest.fixture(scope="session")
def image(early: Early) -> str:
    """The id of the image under test."""
    return early.image


@pytest.fixture(scope="session")
def references(early: Early) -> dict[str, str]:
    """The local overlay's images, as the cluster's registry has them."""
    return early.references


@pytest.fixture(scope="session")
def kubectl(early: Early) -> Kubectl:
    """kubectl in the namespace of the release."""
    return early.cluster.kubectl.within(NAMESPACE)


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
