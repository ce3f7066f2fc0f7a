"""Does an apply leave alone what the autoscaler has decided?"""

import re

from testkit import hcl
from tests.terraform.support.names import MODULES


def test_desired_size_is_ignored_after_creation() -> None:
    """Red: each apply sets the number of nodes back, in the middle of the busiest hour.

    A plan's JSON does not have `lifecycle`; the emulator shows it too, in the slow test of the cluster.
    """
    where = "modules/eks/nodes.tf: aws_eks_node_group.this"
    text = (MODULES / "eks" / "nodes.tf").read_text()
    group = hcl.block(hcl.read(text), "resource.aws_eks_node_group.this")
    lifecycle = next((one for one in group.items or [] if one.names == ("lifecycle",)), None)
    ignored = hcl.attribute(lifecycle, "ignore_changes") if lifecycle else None
    got = hcl.source(text, ignored) if ignored else "nothing"
    assert re.search(r"scaling_config\[0\]\.desired_size|scaling_config\.0\.desired_size", got), (
        f"{where}: lifecycle.ignore_changes: wanted scaling_config[0].desired_size, got {got}"
    )
