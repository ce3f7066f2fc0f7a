"""Does the cluster's graph complete, leave the autoscaler's number alone, and go, applied to the emulator?"""

import pytest

from testkit.plan import Plan
from testkit.terraform import emulator
from tests.terraform.support.differences import CLUSTER, Known, beyond
from tests.terraform.support.names import ROOTS
from tests.terraform.support.roots import working

SERVICES = ("ec2", "eks", "iam", "kms", "logs", "sts")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, list[str]]:
    """The second plan, with another desired size, and what is left after the destruction."""
    scratch = tmp_path_factory.mktemp("cluster")
    with emulator.running(scratch / "emulator.log") as aws:
        eks = working("roots/eks", scratch, aws=aws, services=SERVICES)
        override = eks.folder.parents[1] / "modules" / "eks" / "emulator_override.tf"
        override.write_text((ROOTS / "eks" / "without_addons.tf.text").read_text())
        eks.apply()
        again = eks.plan({"desired_size": 3}, refresh=True)
        eks.destroy()
        return again, eks.state()


def test_a_second_plan_changes_what_the_emulator_has_lost_alone(applied: tuple[Plan, list[str]]) -> None:
    """Red: each apply changes something; or sets the autoscaler's number back; or the list of known faults is stale."""
    unknown, stale = beyond(applied[0], CLUSTER)
    assert not unknown, "a second apply would change, and the emulator is not known to be at fault:\n" + "\n".join(
        unknown
    )
    assert not stale, f"these faults of the emulator do not occur any more, take them off the list: {stale}"


def test_nothing_is_replaced(applied: tuple[Plan, list[str]]) -> None:
    """Red: an apply replaces the cluster or its nodes. Never waved through, whatever the emulator does."""
    applied[0].assert_replaces_nothing()


def test_nothing_is_left(applied: tuple[Plan, list[str]]) -> None:
    """Red: something cannot be destroyed, and is paid for until somebody finds it."""
    assert not applied[1], f"after destroy the state still has {', '.join(applied[1])}"


def test_every_known_fault_has_a_reason() -> None:
    """Red: a difference is waved through, and nobody knows why."""
    assert all(isinstance(one, Known) and one.reason and one.link.startswith("https://") for one in CLUSTER)
