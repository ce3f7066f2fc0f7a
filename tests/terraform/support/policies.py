"""What the IAM policies of a plan allow, statement by statement."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from testkit.plan import Plan, Resource

# Where a policy stands in each type of resource.
POLICIES = {
    "aws_iam_role": "assume_role_policy",
    "aws_iam_role_policy": "policy",
    "aws_iam_policy": "policy",
    "aws_kms_key": "policy",
}

Statement = Mapping[str, Any]


def statements(plan: Plan, *kinds: str) -> Iterator[tuple[Resource, Statement]]:
    """Give each statement with its resource. A policy that the plan does not know is nothing a reviewer can read."""
    for kind in kinds:
        for resource in plan.of(kind):
            text = resource.get(POLICIES[kind])
            assert isinstance(text, str), (
                f"{resource.address}: {POLICIES[kind]}: wanted a policy that the plan shows, got {text!r}: "
                "write its ARNs out of names, account and region instead of taking them from resources"
            )
            for statement in listed(json.loads(text)["Statement"]):
                yield resource, statement


def listed(value: Any) -> list[Any]:
    """IAM takes one thing or a list of them."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
