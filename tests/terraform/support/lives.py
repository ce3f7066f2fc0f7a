"""Lives of a module in the emulator: each step is made once, and kept for the tests to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from testkit.plan import Plan
from testkit.terraform import TerraformFailed, emulator
from testkit.terraform.working import Working
from tests.terraform.support.names import ZONES
from tests.terraform.support.roots import working

SERVICES = ("ec2", "iam", "kms", "logs", "sts")
GUARD = "module.vpc.terraform_data.deletion_protection[0]"


@dataclass(frozen=True)
class Life:
    """What each step of the network's life gave."""

    again: Plan
    """The second plan over two zones, compared with what the emulator has."""
    grown: Plan
    """The plan that adds the zone in the middle."""
    changed: Plan
    """The plan after that was applied, with another retention: its values are real ids."""
    refusal: str
    """What Terraform says to a destruction while the network is protected."""
    left: list[str]
    """What the state has after the destruction."""


def lived(scratch: Path) -> Life:
    """Apply, plan again, add a zone, change, destroy."""
    with emulator.running(scratch / "emulator.log") as aws:
        vpc = working("roots/vpc", scratch, aws=aws, services=SERVICES)
        two = {"availability_zones": [ZONES[0], ZONES[2]], "nat_gateways": "per_zone"}
        three = two | {"availability_zones": list(ZONES)}
        vpc.apply(two)
        again = vpc.plan(two, refresh=True)
        grown = vpc.plan(three)
        vpc.apply_planned()
        changed = vpc.plan(three | {"flow_log_retention_days": 400})
        refusal = _refusal(vpc, three)
        # As terraform/README.md has it for whoever really means it.
        vpc.forget(GUARD)
        vpc.destroy(three | {"deletion_protection": "false"})
        return Life(again, grown, changed, refusal, vpc.state())


def _refusal(vpc: Working, variables: Mapping[str, object]) -> str:
    try:
        vpc.plan(variables, destroy=True)
    except TerraformFailed as error:
        return str(error)
    return "nothing: the plan was made"
