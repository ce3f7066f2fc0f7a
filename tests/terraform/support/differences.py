"""What the emulator is known to get wrong, so that a second plan shows a difference that AWS would not show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from testkit.plan import Plan
from testkit.plan.attributes import dotted


@dataclass(frozen=True)
class Known:
    """One fault: the address and the attribute it shows at, as regular expressions, why, and where it can be read."""

    address: str
    attribute: str
    reason: str
    link: str


_MOTO = "https://github.com/getmoto/moto/blob/5.2.5/moto/ec2"
_TEMPLATE_TAGS = "moto puts the template's own tags into what it starts, as a specification more"
CLUSTER = (
    Known(
        r"module\.eks\.aws_vpc_security_group_(in|e)gress_rule\.this.*",
        "description",
        "moto forgets the description of a rule that names a group",
        f"{_MOTO}/models/security_groups.py",
    ),
    Known(
        r"module\.eks\.aws_launch_template\.nodes",
        r"tag_specifications\.\d",
        _TEMPLATE_TAGS,
        f"{_MOTO}/models/launch_templates.py",
    ),
    Known(
        r"module\.eks\.aws_launch_template\.nodes",
        r"(default|latest)_version",
        f"{_TEMPLATE_TAGS}; what changes gets a new version",
        f"{_MOTO}/models/launch_templates.py",
    ),
    Known(
        r"module\.eks\.aws_eks_node_group\.this",
        r"launch_template\.0\.version",
        f"{_TEMPLATE_TAGS}; nodes follow the version",
        f"{_MOTO}/models/launch_templates.py",
    ),
)


def beyond(plan: Plan, known: Sequence[Known]) -> tuple[list[str], list[str]]:
    """Return what the plan changes beyond the known faults, and which of these did not occur."""
    unknown, seen = [], set()
    for change in plan.changes:
        differences = list(change.differences()) if change.action == "update" else []
        for difference in differences:
            faults = [one for one in known if _fits(one, change.address, dotted(difference.path))]
            seen.update(faults)
            if not faults:
                unknown.append(f"{change.address}: {difference}")
        if not differences:
            unknown.append(f"{change.address}: {change.action}")
    return unknown, [f"{one.address}: {one.attribute}" for one in known if one not in seen]


def _fits(one: Known, address: str, attribute: str) -> bool:
    return bool(re.fullmatch(one.address, address) and re.fullmatch(one.attribute, attribute))
