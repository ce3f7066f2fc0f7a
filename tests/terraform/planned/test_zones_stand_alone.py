"""Does each zone have what it needs, under its own name, so that zones can come and go?"""

import ipaddress

import pytest

from testkit.plan import Plan
from tests.terraform.support.names import ZONES

PER_ZONE = (
    "aws_subnet.public",
    "aws_subnet.private",
    "aws_route_table.private",
    "aws_route_table_association.public",
    "aws_route_table_association.private",
    "aws_route.private_to_nat",
    "aws_vpc_endpoint_route_table_association.s3",
)
NAT = ("aws_eip.nat", "aws_nat_gateway.this")
# Module of the scenario: zones, and those with a NAT gateway.
SCENARIOS = {
    "two_zones": ("ac", "ac"),
    "four_zones": ("abcd", "abcd"),
    "single_nat": ("ab", "b"),
    "no_nat": ("ab", ""),
}


def keys(plan: Plan, module: str, name: str) -> set[object]:
    kind, _, label = name.partition(".")
    return {resource.key for resource in plan.of(kind, module, label)}


def zones(letters: str) -> set[object]:
    return {f"eu-central-1{letter}" for letter in letters}


@pytest.mark.parametrize("name", PER_ZONE)
def test_a_zone_is_a_key(environment: str, plan: Plan, name: str) -> None:
    """Red: it is keyed by a number, and a zone that comes or goes shifts all behind it: subnets are replaced."""
    got = keys(plan, "module.vpc", name)
    assert got == set(ZONES), f"{environment}: module.vpc.{name}: wanted one for each of {ZONES}, got the keys {got}"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_has_its_zones(scenarios: Plan, scenario: str) -> None:
    """Red: another number of zones, or another NAT mode, does not work, or costs what it should not."""
    letters, with_nat = SCENARIOS[scenario]
    for name in PER_ZONE:
        wanted = zones(letters if with_nat or name != "aws_route.private_to_nat" else "")
        got = keys(scenarios, f"module.{scenario}", name)
        assert got == wanted, f"module.{scenario}.{name}: wanted the keys {wanted}, got {got}"
    for name in NAT:
        got = keys(scenarios, f"module.{scenario}", name)
        assert got == zones(with_nat), f"module.{scenario}.{name}: wanted the keys {zones(with_nat)}, got {got}"


@pytest.mark.parametrize("kind", ["public", "private"])
def test_a_zones_addresses_depend_on_nothing_else(scenarios: Plan, kind: str) -> None:
    """Red: a zone that is added between two others takes their addresses, and their subnets are replaced."""
    two = {one.key: one.get("cidr_block") for one in scenarios.of("aws_subnet", "module.two_zones", kind)}
    four = {one.key: one.get("cidr_block") for one in scenarios.of("aws_subnet", "module.four_zones", kind)}
    for zone, cidr in two.items():
        assert four[zone] == cidr, f'aws_subnet.{kind}["{zone}"]: {cidr} of two zones, {four[zone]} of four'


def test_no_two_subnets_overlap(environment: str, plan: Plan) -> None:
    """Red: the apply fails halfway; or a database's range is taken by pods."""
    taken = {one.address: ipaddress.ip_network(str(one.get("cidr_block"))) for one in plan.of("aws_subnet")}
    taken |= {f"reserved {block}": ipaddress.ip_network(block) for block in plan.outputs["reserved_cidr_blocks"]}
    clashes = [f"{a} and {b}" for a in taken for b in taken if a < b and taken[a].overlaps(taken[b])]
    assert not clashes, f"{environment}: these ranges overlap: {', '.join(clashes)}"


@pytest.mark.parametrize("kind", ["public", "private"])
def test_a_subnet_lies_in_the_zone_of_its_name(environment: str, plan: Plan, kind: str) -> None:
    """Red: two subnets share a zone, and losing it costs two thirds of the shop."""
    for subnet in plan.of("aws_subnet", "module.vpc", kind):
        subnet.assert_values({"availability_zone": subnet.key})


def test_load_balancers_and_autoscaler_find_their_subnets(environment: str, plan: Plan) -> None:
    """Red: no load balancer comes up, or an internal one becomes public; Karpenter starts no node."""
    for subnet in plan.of("aws_subnet", "module.vpc", "public"):
        subnet.assert_values({'tags."kubernetes.io/role/elb"': "1"})
    for subnet in plan.of("aws_subnet", "module.vpc", "private"):
        subnet.assert_values(
            {'tags."kubernetes.io/role/internal-elb"': "1", 'tags."karpenter.sh/discovery"': f"strata-{environment}"}
        )
