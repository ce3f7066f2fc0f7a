"""A Terraform plan as one value that tests can question, and that answers with address and attribute.

    plan = Plan.from_file(path)                           # what `terraform show -json PLANFILE` printed
    subnet = plan.one('module.vpc.aws_subnet.private["eu-west-1a"]')
    subnet.assert_values({"cidr_block": "10.0.0.0/20", 'tags."kubernetes.io/role/elb"': "1"})
    subnet.assert_unknown("id")
    route.assert_refers_to("nat_gateway_id", 'module.vpc.aws_nat_gateway.this["eu-west-1a"]')
    plan.assert_counts({"aws_subnet": 6, "aws_nat_gateway": 3})
    plan.assert_idempotent()                              # names the address and the attribute that would change
    plan.assert_replaces_nothing()

Messages read `address: attribute: wanted … got …`. Attributes are dotted paths: `vpc_config.0.subnet_ids`, keys with
dots in quotes. What only the apply will tell is `UNKNOWN`; what the plan masks is a `Secret`, which compares by its
value and never shows it. As ids are unknown while planning, what belongs to what is read from the expressions of the
configuration, through variables and outputs of modules (`testkit.plan.references`).

`attributes` reads values, `changes` one entry of a plan, `resources` adds the assertions, `references` follows
expressions, `documents` refuses what cannot be read, `plans` holds it all together.
"""

from testkit.plan.attributes import MISSING, UNKNOWN, Difference, Secret
from testkit.plan.documents import PlanError
from testkit.plan.plans import Plan
from testkit.plan.resources import NoSuchAddress, Resource

__all__ = ["MISSING", "UNKNOWN", "Difference", "NoSuchAddress", "Plan", "PlanError", "Resource", "Secret"]
