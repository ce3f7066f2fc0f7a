"""What has to be there before an overlay can be tried: foreign kinds, and a namespace with the overlay's own labels."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from testkit.kube.cluster import Cluster
from tests.k8s.support.trial import Trial, prepared


@pytest.fixture(scope="session")
def foreign_kinds(cluster: Cluster) -> Iterator[None]:
    """Kinds that come with other people's operators, for as long as the tests run."""
    folder = Path(__file__).with_name("crds")
    cluster.kubectl.run("apply", "--server-side", f"--filename={folder}")
    cluster.kubectl.run("wait", "--for=condition=Established", f"--filename={folder}")
    yield
    cluster.kubectl.run("delete", "--wait=false", f"--filename={folder}")


@pytest.fixture(scope="session")
def trial(cluster: Cluster, foreign_kinds: None) -> Iterator[Callable[[str], Trial]]:
    """Gives an overlay in a namespace of its own; the overlay's real one may be in use."""
    made: dict[str, Trial] = {}
    with ExitStack() as stack:

        def prepare(name: str) -> Trial:
            if name not in made:
                made[name] = stack.enter_context(prepared(cluster.kubectl, name))
            return made[name]

        yield prepare
