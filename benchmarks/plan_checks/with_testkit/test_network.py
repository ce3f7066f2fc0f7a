"""Is the network what production needs? The questions of with_terratest/network_test.go, in their order."""

import ipaddress
import json
import os
from pathlib import Path

import pytest

from testkit.plan import Plan
from testkit.terraform.working import prepare

ZONES = {"eu-central-1a", "eu-central-1b", "eu-central-1c"}
TAGS = ("Project", "Owner", "Name")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The network's first plan."""
    tree = Path(os.environ["PLAN_CHECKS_TREE"])
    return prepare(tree, "benchmarks/plan_checks/network", tmp_path_factory.mktemp("network")).plan()


def test_addresses_and_names(plan: Plan) -> None:
    """Red: two networks get the same addresses, or private endpoints are not found by name."""
    plan["module.vpc.aws_vpc.this"].assert_values(
        {"cidr_block": "10.10.0.0/16", "enable_dns_hostnames": True, "enable_dns_support": True}
    )


def test_inventory(plan: Plan) -> None:
    """Red: something is gone, doubled, or shared by all zones."""
    wanted = {"aws_subnet": 6, "aws_nat_gateway": 3, "aws_eip": 3, "aws_route_table": 4, "aws_route": 4}
    got = {kind: plan.counts[kind] for kind in wanted}
    assert got == wanted, f"inventory: wanted {wanted}, got {got}"


def test_no_subnet_gives_public_addresses(plan: Plan) -> None:
    """Red: a node that starts there can be reached from the internet."""
    for subnet in plan.of("aws_subnet"):
        subnet.assert_values({"map_public_ip_on_launch": False})


def test_subnets_are_keyed_by_their_zone(plan: Plan) -> None:
    """Red: a zone that comes or goes replaces the subnets of others."""
    for name in ("public", "private"):
        subnets = plan.of("aws_subnet", "module.vpc", name)
        got = {subnet.key for subnet in subnets}
        assert got == ZONES, f"module.vpc.aws_subnet.{name}: wanted the keys {ZONES}, got {got}"
        for subnet in subnets:
            subnet.assert_values({"availability_zone": subnet.key})


def test_no_two_subnets_overlap(plan: Plan) -> None:
    """Red: the apply fails halfway."""
    taken = {one.address: ipaddress.ip_network(str(one.get("cidr_block"))) for one in plan.of("aws_subnet")}
    clashes = [f"{a} and {b}" for a in taken for b in taken if a < b and taken[a].overlaps(taken[b])]
    assert not clashes, f"these overlap: {', '.join(clashes)}"


def test_load_balancers_find_their_subnets(plan: Plan) -> None:
    """Red: no load balancer comes up, or an internal one becomes public."""
    for name, role in (("public", "elb"), ("private", "internal-elb")):
        for subnet in plan.of("aws_subnet", "module.vpc", name):
            subnet.assert_values({f'tags."kubernetes.io/role/{role}"': "1"})


def test_private_subnets_go_out_by_nat_alone(plan: Plan) -> None:
    """Red: a private subnet is routed to the internet gateway, and its machines are in the open."""
    for route in plan.of("aws_route", "module.vpc", "private_to_nat"):
        got = route.references("nat_gateway_id")
        assert "aws_nat_gateway.this" in got, f"{route.address}: nat_gateway_id: wanted a NAT gateway, got {got}"
        assert not route.references("gateway_id"), f"{route.address}: gateway_id: wanted none"
        route.assert_refers_to("route_table_id", f'module.vpc.aws_route_table.private["{route.key}"]')


def test_nat_gateways_stand_in_public_subnets(plan: Plan) -> None:
    """Red: a NAT gateway stands in a private subnet, and its packets go in a circle."""
    for gateway in plan.of("aws_nat_gateway"):
        gateway.assert_refers_to("subnet_id", f'module.vpc.aws_subnet.public["{gateway.key}"]')


def test_the_default_group_is_closed(plan: Plan) -> None:
    """Red: whatever forgets to name a security group gets one that lets everything out."""
    group = plan["module.vpc.aws_default_security_group.closed"]
    for path in ("ingress", "egress"):
        assert not group.references(path), f"{group.address}: {path}: wanted no rule, got {group.references(path)}"


def test_all_connections_are_logged(plan: Plan) -> None:
    """Red: nobody can tell who talked to whom, or what was refused."""
    log = plan["module.vpc.aws_flow_log.this"]
    log.assert_values({"traffic_type": "ALL"})
    log.assert_refers_to("log_destination", "module.vpc.aws_cloudwatch_log_group.flow_logs")


def test_logs_are_encrypted_and_end_one_day(plan: Plan) -> None:
    """Red: logs lie in the open, or are kept and paid for for ever."""
    for group in plan.of("aws_cloudwatch_log_group"):
        group.assert_values({"retention_in_days": 365})
        group.assert_refers_to("kms_key_id", "module.vpc.aws_kms_key.flow_logs")


def test_keys_are_rotated(plan: Plan) -> None:
    """Red: a key that leaked opens everything, for ever."""
    for key in plan.of("aws_kms_key"):
        key.assert_values({"enable_key_rotation": True})


def test_no_right_is_a_wildcard(plan: Plan) -> None:
    """Red: a role may read and delete every log of the account."""
    for policy in plan.of("aws_iam_role_policy"):
        for statement in json.loads(str(policy.get("policy")))["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            wild = [action for action in actions if "*" in action]
            assert not wild, f"{policy.address}: policy: wanted actions by name, got {wild}"
            assert statement["Resource"] != "*", f"{policy.address}: policy: wanted resources by name, got *"


def test_everything_is_tagged(plan: Plan) -> None:
    """Red: nobody knows whom it costs, or dares to delete it."""
    for resource in plan:
        if "tags" in resource.values:
            missing = [tag for tag in TAGS if tag not in (resource.get("tags") or {})]
            assert not missing, f"{resource.address}: tags: wanted {missing}, got {resource.get('tags')}"
