"""Does the cluster let through exactly the intended connections?"""

from testkit.kube.cluster import Cluster
from testkit.wait import NotYet, WaitTimeout, until
from tests.k8s.support.connections import intended, wrong
from tests.k8s.support.probes import probes

# Policies of a new pod are in force a moment after its start; a busy machine's moments are long.
_SETTLED = 30

# Who has no policies may go anywhere that nobody has closed, which shows that the probes can get through at all.
NEIGHBOURS = {"ingress", "monitoring", "stranger"}


def test_every_allowed_pair_gets_through_and_no_other(cluster: Cluster, references: dict[str, str]) -> None:
    """Red: the policies read well and nobody enforces them, or a part cannot reach what it needs."""
    wanted = intended("local")
    with probes(cluster.kubectl, "local", references["strata"], cluster.registry.container.address) as found:

        def settled() -> set[str] | NotYet:
            everything = found.open()
            rows = {one for one in everything if not _between_neighbours(one)}
            problems = wrong(rows, wanted)
            return NotYet("\n  ".join(["", *problems[:12]])) if problems else everything

        try:
            everything = until(settled, _SETTLED, every=0.5, why="the connections to be the intended ones")
        except WaitTimeout as error:
            raise AssertionError(f"NetworkPolicy, in the cluster: {error}") from None
    control = {f"{one} -> outside TCP 5000" for one in NEIGHBOURS}
    assert control <= everything, f"the probes prove nothing, as even {control - everything} is closed: {everything}"


def _between_neighbours(row: str) -> bool:
    source, _, target = row.split()[:3]
    return source in NEIGHBOURS and target in {*NEIGHBOURS, "dns", "outside"}
