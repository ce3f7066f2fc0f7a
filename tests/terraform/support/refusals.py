"""Wrong and just-right values for a module's variables, all asked in one plan.

A rule of a variable needs no provider. So the rules are taken out of the module, with the locals that they use, and
each case is a call of what is left: a plan of a hundred cases takes a second.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testkit.terraform.working import prepare
from tests.terraform.support.names import MODULES

# The files of each module that hold rules and what these look at.
RULES = {"vpc": ("variables.tf",), "eks": ("variables.tf", "kubernetes.tf")}

_NODES = {"instance_types": ["m6i.large"], "min_size": 1, "max_size": 3, "desired_size": 2}
_GOOD: dict[str, dict[str, Any]] = {
    "vpc": {
        "name": "case",
        "account_id": "123456789012",
        "cidr": "10.10.0.0/16",
        "availability_zones": ["eu-central-1a", "eu-central-1b"],
        "tags": {"Owner": "tests"},
    },
    "eks": {
        "name": "case",
        "account_id": "123456789012",
        "region": "eu-central-1",
        "cluster_version": "1.35",
        "vpc_id": "vpc-0a",
        "vpc_cidr": "10.10.0.0/16",
        "subnet_ids": {"eu-central-1a": "subnet-0a", "eu-central-1b": "subnet-0b"},
        "nodes": _NODES,
        "tags": {"Owner": "tests"},
    },
}


@dataclass(frozen=True)
class Case:
    """Values that replace good ones. `says` is what the refusal must say, "" for a case that must be accepted."""

    name: str
    module: str
    values: Mapping[str, Any]
    says: str = ""

    def __str__(self) -> str:
        return self.name

    def call(self) -> str:
        """The case as a module call in HCL."""
        given = _GOOD[self.module] | dict(self.values)
        lines = "".join(f"  {name} = {json.dumps(value)}\n" for name, value in given.items())
        return f'module "{self.name}" {{\n  source = "../../rules/{self.module}"\n{lines}}}\n'


def nodes(**values: Any) -> dict[str, Any]:
    """Good nodes but for these values."""
    return {"nodes": _NODES | values}


def answers(cases: Sequence[Case], scratch: Path) -> dict[str, list[str]]:
    """Return what Terraform says to each case, by its name."""
    for module, files in RULES.items():
        folder = scratch / "source" / "rules" / module
        folder.mkdir(parents=True)
        for file in files:
            (folder / file).write_text((MODULES / module / file).read_text())
    found: dict[str, list[str]] = {case.name: [] for case in cases}
    # Terraform looks at rules that compare two variables only where no other rule is broken: ask again without those.
    for number in range(len(cases)):
        open_cases = [case for case in cases if not found[case.name]]
        refused = _refused(open_cases, scratch / f"round-{number}", scratch / "source")
        if not refused:
            break
        for name, text in refused:
            found[name].append(text)
    return found


def _refused(cases: Sequence[Case], scratch: Path, source: Path) -> list[tuple[str, str]]:
    calls = "\n".join(case.call() for case in cases)
    root = prepare(source, "roots/refused", scratch, provider="", files={"main.tf": calls})
    return [(_case(one), one["detail"]) for one in root.refusals()]


def _case(refusal: Mapping[str, str]) -> str:
    called = re.search(r'module "([^"]+)"', refusal["context"])
    assert called, f"a refusal that belongs to no case: {refusal}"
    return called[1]
