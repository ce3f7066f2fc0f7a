"""Can the internet reach anything but the subnets of load balancers?"""

import ipaddress

from testkit.plan import MISSING, UNKNOWN, Plan

WORLD = {"0.0.0.0/0", "::/0"}
RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
SOURCES = ("cidr_ipv4", "cidr_ipv6", "referenced_security_group_id", "prefix_list_id")


def test_no_subnet_gives_public_addresses(environment: str, plan: Plan) -> None:
    """Red: a node that starts there can be reached from the internet."""
    for subnet in plan.of("aws_subnet"):
        subnet.assert_values({"map_public_ip_on_launch": False})


def test_private_subnets_go_out_by_nat_alone(environment: str, plan: Plan) -> None:
    """Red: a private subnet is routed to the internet gateway, and its machines are in the open."""
    for route in plan.of("aws_route", "module.vpc"):
        if route.name == "public_to_internet":
            route.assert_refers_to("route_table_id", "module.vpc.aws_route_table.public")
            continue
        for path in ("gateway_id", "egress_only_gateway_id"):
            assert not route.references(path), f"{route.address}: {path}: wanted none, got {route.references(path)}"
        route.assert_refers_to("route_table_id", f'module.vpc.aws_route_table.private["{route.key}"]')
        targets = route.references("nat_gateway_id")
        assert "aws_nat_gateway.this" in targets, (
            f"{route.address}: nat_gateway_id: wanted a NAT gateway, got {targets}"
        )


def test_each_subnet_uses_its_own_table(environment: str, plan: Plan) -> None:
    """Red: a private subnet has the public route table, or another zone's."""
    for one in plan.of("aws_route_table_association", "module.vpc", "private"):
        one.assert_refers_to("subnet_id", f'module.vpc.aws_subnet.private["{one.key}"]')
        one.assert_refers_to("route_table_id", f'module.vpc.aws_route_table.private["{one.key}"]')
    for one in plan.of("aws_route_table_association", "module.vpc", "public"):
        one.assert_refers_to("subnet_id", f'module.vpc.aws_subnet.public["{one.key}"]')


def test_nat_gateways_stand_in_public_subnets(environment: str, plan: Plan) -> None:
    """Red: a NAT gateway stands in a private subnet, and its packets go in a circle."""
    for gateway in plan.of("aws_nat_gateway"):
        gateway.assert_refers_to("subnet_id", f'module.vpc.aws_subnet.public["{gateway.key}"]')
        gateway.assert_refers_to("allocation_id", f'module.vpc.aws_eip.nat["{gateway.key}"]')


def test_nodes_and_control_plane_live_in_private_subnets(environment: str, plan: Plan) -> None:
    """Red: nodes stand in public subnets."""
    for address in ("module.eks.aws_eks_node_group.this", "module.eks.aws_eks_cluster.this"):
        path = "subnet_ids" if "node_group" in address else "vpc_config.0.subnet_ids"
        plan[address].assert_refers_to(path, "module.vpc.aws_subnet.private")


def test_the_api_server_is_private(environment: str, plan: Plan) -> None:
    """Red: the API server answers the whole internet."""
    plan["module.eks.aws_eks_cluster.this"].assert_values(
        {"vpc_config.0.endpoint_public_access": False, "vpc_config.0.endpoint_private_access": True}
    )


def test_a_public_endpoint_has_an_allow_list(scenarios: Plan) -> None:
    """Red: whoever opens the endpoint for an office opens it for everybody."""
    scenarios["module.public_cluster.aws_eks_cluster.this"].assert_values(
        {
            "vpc_config.0.endpoint_public_access": True,
            "vpc_config.0.endpoint_private_access": True,
            "vpc_config.0.public_access_cidrs": ["192.0.2.0/24", "198.51.100.7/32"],
        }
    )
    scenarios["module.private_cluster.aws_eks_cluster.this"].assert_values(
        {"vpc_config.0.endpoint_public_access": False}
    )


def test_every_rule_says_who(environment: str, plan: Plan) -> None:
    """Red: a rule lets in whoever asks, all ports, or nobody knows why it is there."""
    for rule in [one for kind in RULES for one in plan.of(kind)]:
        named = [path for path in SOURCES if rule.get(path) not in (None, MISSING)]
        assert len(named) == 1, f"{rule.address}: wanted one source or target, got {named or 'none'}"
        protocol, first, last = (rule.get(path) for path in ("ip_protocol", "from_port", "to_port"))
        assert protocol in {"tcp", "udp"}, f"{rule.address}: ip_protocol: wanted tcp or udp, got {protocol}"
        assert None not in (first, last), f"{rule.address}: from_port, to_port: wanted both"
        assert rule.get("description"), f"{rule.address}: description: wanted a reason, got none"


def test_no_rule_lets_the_world_in(environment: str, plan: Plan) -> None:
    """Red: a port of the nodes or of the control plane is open to the internet."""
    for rule in plan.of("aws_vpc_security_group_ingress_rule"):
        source = rule.get("cidr_ipv4")
        if source in (None, UNKNOWN):
            continue
        private = source not in WORLD and ipaddress.ip_network(str(source)).is_private
        assert private, f"{rule.address}: cidr_ipv4: wanted a private range, got {source}"
    for group in [*plan.of("aws_security_group"), *plan.of("aws_default_security_group")]:
        inline = [path for path in ("ingress", "egress") if isinstance(group.get(path), list) and group.get(path)]
        assert not inline, f"{group.address}: {inline}: wanted rules as resources of their own, which say why"


def test_nodes_call_the_world_by_https_alone(environment: str, plan: Plan) -> None:
    """Red: whatever breaks into a pod calls home by any port."""
    for rule in plan.of("aws_vpc_security_group_egress_rule"):
        if rule.get("cidr_ipv4") in WORLD:
            rule.assert_values({"from_port": 443, "to_port": 443, "ip_protocol": "tcp"})


def test_the_default_group_is_closed(environment: str, plan: Plan) -> None:
    """Red: whatever forgets to name a security group gets one that lets everything out."""
    group = plan["module.vpc.aws_default_security_group.closed"]
    for path in ("ingress", "egress"):
        assert not group.references(path), f"{group.address}: {path}: wanted no rule, got {group.references(path)}"
        assert group.get(path) in (UNKNOWN, [], MISSING), (
            f"{group.address}: {path}: wanted no rule, got {group.get(path)}"
        )
