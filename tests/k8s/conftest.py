"""What the layer shares: a cluster, the image under test in its registry, and the local overlay deployed from them.

All three are made once a session, when a test first asks; the static tests ask for none. With `--keep` they stay for
the next run. Whatever a test changes in the shared release it puts back (`release.restored`).

The release comes up while the tests that do without it have their turn, which therefore come first.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
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


_RELEASE_IS_WANTED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Keep what needs the cluster in one process of pytest-xdist, or each of them would make a cluster of its own.

    The groups are marked before pytest-xdist reads them in a hook of its own; the order is made when all is shuffled.
    """
    for item in items if config.pluginmanager.hasplugin("xdist") else ():
        if _is_live(item):
            item.add_marker(pytest.mark.xdist_group("cluster"))
    yield
    items.sort(key=_wants_the_release)
    config.stash[_RELEASE_IS_WANTED] = any(map(_wants_the_release, items))


def _is_live(item: pytest.Item) -> bool:
    return any(item.path.is_relative_to(HERE / folder) for folder in LIVE)


def _wants_the_release(item: pytest.Item) -> bool:
    return _is_live(item) and "release" in getattr(item, "fixturenames", ())


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
def cluster(request: pytest.FixtureRequest, early: Early) -> Cluster:
    """The cluster with all that belongs to it."""
    if request.config.stash[_RELEASE_IS_WANTED]:
        request.getfixturevalue("deployment")
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
def deployment(
    request: pytest.FixtureRequest, kubectl: Kubectl, references: dict[str, str], say: Say
) -> Future[Release]:
    """The local overlay on its way."""
    made = Release(kubectl, references, say)
    evidence.collect_with(request.config, evidence_of(kubectl, [], manifests=lambda: made.deployed))
    future: Future[Release] = Future()

    def deploy() -> None:
        try:
            made.deploy()
        except BaseException as error:  # noqa: BLE001  raised again where the release is asked for
            future.set_exception(error)
        else:
            future.set_result(made)

    # Not of a pool, whose threads are waited for: a session that is ended does not wait for its release.
    threading.Thread(target=deploy, daemon=True).start()
    return future


@pytest.fixture(scope="session")
def release(deployment: Future[Release], cluster: Cluster) -> Release:
    """The local overlay, deployed and rolled out."""
    return deployment.result()


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
