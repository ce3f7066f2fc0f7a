"""Does the network come up, stay as it is, grow by a zone, and go, when it is really applied?"""

from testkit.plan import Plan
from tests.terraform.support.lives import GUARD, Life
from tests.terraform.support.names import ZONES


def test_a_second_plan_is_empty(applied: Life) -> None:
    """Red: each apply changes something, and nobody reads plans any more."""
    applied.again.assert_idempotent()


def test_a_new_zone_changes_nothing_that_is_there(applied: Life) -> None:
    """Red: adding a zone replaces the subnets, and all that stands in them, of the others."""
    applied.grown.assert_replaces_nothing()
    touched = [change.address for change in applied.grown.changes if change.action != "create"]
    assert not touched, f"adding {ZONES[1]} changes {', '.join(touched)}"
    others = [change.address for change in applied.grown.changes if ZONES[1] not in change.address]
    assert not others, f"adding {ZONES[1]} makes {', '.join(others)}, which are not that zone's"


def test_each_zone_goes_out_by_its_own_nat_gateway(applied: Life) -> None:
    """Red: a zone uses another's NAT gateway: it is paid for twice, and lost when the other zone is."""
    for zone in ZONES:
        got = zone_of_nat(applied.changed, zone)
        assert got == zone, (
            f'module.vpc.aws_route.private_to_nat["{zone}"]: wanted the NAT gateway of {zone}, got that of {got}'
        )


def zone_of_nat(plan: Plan, zone: str) -> str:
    """Follow a private subnet's way out by ids: subnet, table, route, gateway, subnet, zone."""
    subnet = plan[f'module.vpc.aws_subnet.private["{zone}"]'].get("id")
    (table,) = [
        one.get("route_table_id") for one in plan.of("aws_route_table_association") if one.get("subnet_id") == subnet
    ]
    (gateway,) = [one.get("nat_gateway_id") for one in plan.of("aws_route") if one.get("route_table_id") == table]
    (place,) = [one.get("subnet_id") for one in plan.of("aws_nat_gateway") if one.get("id") == gateway]
    (found,) = [one.get("availability_zone") for one in plan.of("aws_subnet") if one.get("id") == place]
    return str(found)


def test_a_changed_retention_changes_one_thing(applied: Life) -> None:
    """Red: a small change drags others along."""
    changed = {change.address: change.action for change in applied.changed.changes}
    assert changed == {"module.vpc.aws_cloudwatch_log_group.flow_logs": "update"}, f"changed: {changed}"


def test_a_protected_network_is_not_destroyed(applied: Life) -> None:
    """Red: one word too much in a command, and production is gone."""
    assert f"Resource {GUARD} has" in " ".join(applied.refusal.split()), f"Terraform says: {applied.refusal[-500:]}"


def test_nothing_is_left(applied: Life) -> None:
    """Red: something cannot be destroyed, and is paid for until somebody finds it."""
    assert not applied.left, f"after destroy the state still has {', '.join(applied.left)}"
