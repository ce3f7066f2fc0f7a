"""Is what an apply would make exactly what each environment is meant to have, no less and no more?"""

from typing import Any

from testkit.plan import Plan

# What is the same in both, and what is not. A number that moves here moves a bill or a promise.
COMMON = {
    "aws_cloudwatch_log_group": 2,
    "aws_default_security_group": 1,
    "aws_eks_access_entry": 2,
    "aws_eks_access_policy_association": 2,
    "aws_eks_addon": 6,
    "aws_eks_cluster": 1,
    "aws_eks_node_group": 1,
    "aws_eks_pod_identity_association": 1,
    "aws_flow_log": 1,
    "aws_iam_openid_connect_provider": 1,
    "aws_iam_role": 6,
    "aws_iam_role_policy": 2,
    "aws_iam_role_policy_attachment": 5,
    "aws_internet_gateway": 1,
    "aws_kms_alias": 3,
    "aws_kms_key": 3,
    "aws_launch_template": 1,
    "aws_route": 4,
    "aws_route_table": 4,
    "aws_route_table_association": 6,
    "aws_security_group": 2,
    "aws_subnet": 6,
    "aws_vpc": 1,
    "aws_vpc_endpoint": 1,
    "aws_vpc_endpoint_route_table_association": 3,
    "aws_vpc_security_group_egress_rule": 10,
    "aws_vpc_security_group_ingress_rule": 10,
}
DIFFERENT: dict[str, dict[str, int]] = {
    "staging": {"aws_eip": 1, "aws_nat_gateway": 1},
    "production": {"aws_eip": 3, "aws_nat_gateway": 3, "terraform_data": 2},
}
NODES: dict[str, dict[str, Any]] = {
    "staging": {"capacity_type": "SPOT", "scaling_config.0.min_size": 1, "scaling_config.0.max_size": 4},
    "production": {"capacity_type": "ON_DEMAND", "scaling_config.0.min_size": 3, "scaling_config.0.max_size": 12},
}
RETENTION = {"staging": 30, "production": 365}
CIDR = {"staging": "10.20.0.0/16", "production": "10.10.0.0/16"}


def test_counts(environment: str, plan: Plan) -> None:
    """Red: production has one NAT gateway for all zones, or staging pays for three; something is gone, or doubled."""
    plan.assert_counts(COMMON | DIFFERENT[environment])
    assert plan.actions.keys() == {"create"}, f"{environment}: a first plan only creates, this one does {plan.actions}"


def test_key_values(environment: str, plan: Plan) -> None:
    """Red: production runs on spot instances or too few, keeps its logs a month only, or has staging's addresses."""
    plan.assert_values(
        {
            "module.vpc.aws_vpc.this": {"cidr_block": CIDR[environment], "enable_dns_hostnames": True},
            "module.eks.aws_eks_cluster.this": {"name": f"strata-{environment}", "version": "1.35"},
            "module.eks.aws_eks_node_group.this": NODES[environment] | {"version": "1.35"},
            "module.eks.aws_cloudwatch_log_group.cluster": {"retention_in_days": RETENTION[environment]},
            "module.vpc.aws_cloudwatch_log_group.flow_logs": {"retention_in_days": RETENTION[environment]},
        }
    )


def test_there_is_room_for_data_stores(environment: str, plan: Plan) -> None:
    """Red: MySQL and Redis have no range of their own, and the nodes may not call them."""
    network = CIDR[environment].rpartition(".0.0/")[0]
    plan.assert_values(
        {
            'module.eks.aws_vpc_security_group_egress_rule.this["to_mysql"]': {
                "cidr_ipv4": f"{network}.64.0/20",
                "from_port": 3306,
                "to_port": 3306,
            },
            'module.eks.aws_vpc_security_group_egress_rule.this["to_redis"]': {
                "cidr_ipv4": f"{network}.80.0/20",
                "from_port": 6379,
                "to_port": 6379,
            },
        }
    )
    reserved = plan.outputs["reserved_cidr_blocks"]
    assert reserved == [f"{network}.{third}.0/19" for third in (32, 64, 96)], f"{environment}: {reserved}"


def test_nothing_old_is_used(environment: str, plan: Plan) -> None:
    """Red: the next version of Terraform or of the provider breaks what it has warned of for a year."""
    warnings = [one for one in plan.document.get("diagnostics", []) if one.get("severity") == "warning"]
    assert not warnings, f"{environment}: {warnings}"
