"""While ids are unknown: does an attribute's expression lead to the resource that it means?"""

from typing import Any

import pytest

from testkit.plan import Plan
from tests.unit.testkit.plan.builders import entry, plan


def refers(*references: str) -> dict[str, list[str]]:
    return {"references": list(references)}


def resource(address: str, **expressions: Any) -> dict[str, Any]:
    return {"address": address, "mode": "managed", "expressions": expressions}


# As Terraform 1.11 writes it for two modules, one fed with the other's output.
CONFIGURATION: dict[str, Any] = {
    "root_module": {
        "resources": [
            resource("aws_eip.one", instance=refers('aws_host.main["a"].id', 'aws_host.main["a"]', "aws_host.main"))
        ],
        "module_calls": {
            "vpc": {
                "module": {
                    "resources": [
                        resource(
                            "aws_route.private",
                            nat_gateway_id=refers("aws_nat_gateway.this", "each.key"),
                            route_table_id=refers(
                                'aws_route_table.private["a"].id',
                                'aws_route_table.private["a"]',
                                "aws_route_table.private",
                            ),
                            gateway_id=refers("var.single", "aws_nat_gateway.this", "local.first", "each.key"),
                            cidr={"constant_value": "0.0.0.0/0"},
                        )
                    ],
                    "outputs": {"private": {"expression": refers("aws_subnet.private")}},
                }
            },
            "eks": {
                "expressions": {"subnet_ids": refers("module.vpc.private", "module.vpc"), "key": refers("local.key")},
                "module": {
                    "resources": [
                        resource(
                            "aws_eks_cluster.this",
                            vpc_config=[{"subnet_ids": refers("var.subnet_ids")}],
                            role_arn=refers("aws_iam_role.cluster.arn", "aws_iam_role.cluster"),
                            key=refers("var.key"),
                            ami=refers("data.aws_ami.al2023.id", "data.aws_ami.al2023"),
                        )
                    ]
                },
            },
        },
    }
}
ROUTE = 'module.vpc.aws_route.private["b"]'
CLUSTER = "module.eks.aws_eks_cluster.this"
MADE = Plan(
    plan(entry(ROUTE, after={}), entry(CLUSTER, after={}), entry("aws_eip.one", after={}), configuration=CONFIGURATION)
)


@pytest.mark.parametrize(
    ("address", "path", "leads_to"),
    [
        (ROUTE, "nat_gateway_id", ['module.vpc.aws_nat_gateway.this["b"]']),
        (ROUTE, "route_table_id", ['module.vpc.aws_route_table.private["a"]']),
        (ROUTE, "gateway_id", ["module.vpc.aws_nat_gateway.this"]),
        (ROUTE, "cidr", []),
        (ROUTE, "no_such", []),
        (CLUSTER, "vpc_config.0.subnet_ids", ["module.vpc.aws_subnet.private"]),
        (CLUSTER, "vpc_config.0.subnet_ids.1", ["module.vpc.aws_subnet.private"]),
        (CLUSTER, "role_arn", ["module.eks.aws_iam_role.cluster"]),
        (CLUSTER, "ami", ["module.eks.data.aws_ami.al2023"]),
        ("aws_eip.one", "instance", ['aws_host.main["a"]']),
    ],
)
def test_a_reference_is_followed_through_modules(address: str, path: str, leads_to: list[str]) -> None:
    """If red, a test cannot see that a private subnet's route leads to another zone's NAT gateway."""
    assert MADE.one(address).refers_to(path) == leads_to, f"{address}: {path}"


def test_a_wrong_reference_is_told_with_what_is_written() -> None:
    """If red, the reader has to look for the expression in a plan of some thousand lines."""
    route = MADE.one(ROUTE)
    route.assert_refers_to("nat_gateway_id", 'module.vpc.aws_nat_gateway.this["b"]')
    with pytest.raises(AssertionError) as failure:
        route.assert_refers_to("nat_gateway_id", 'module.vpc.aws_nat_gateway.this["a"]')
    assert str(failure.value) == (
        f'{ROUTE}: nat_gateway_id: wanted a reference to module.vpc.aws_nat_gateway.this["a"], got '
        'module.vpc.aws_nat_gateway.this["b"] (the configuration says: aws_nat_gateway.this, each.key)'
    )


def test_what_goes_through_a_local_is_said_to() -> None:
    """If red, an expression that cannot be followed is told as if it named nothing."""
    with pytest.raises(AssertionError, match=r"got none \(the configuration says: var.key\)"):
        MADE.one(CLUSTER).assert_refers_to("key", "aws_kms_key.a")
