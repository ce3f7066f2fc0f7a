"""Edits of HCL (Terraform) by address: `resource.aws_subnet.private`, `module.vpc`, `locals`, and into nested blocks,
`resource.aws_eks_node_group.main.scaling_config`, with an index where a block is repeated: `….ingress[1]`.

`testkit.hcl` reads it.
"""

import json
import re
import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from typing import Any

from testkit import hcl
from testkit.faults.errors import EditError
from testkit.hcl import COMMENT, Item

SHAPES = {
    "set": ({"address", "attribute"}, set[str]()),
    "delete": ({"address"}, {"attribute"}),
    "append": (set[str](), {"address"}),
}


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Set or delete an attribute, delete a block, or append to a block or to the file."""
    if "address" not in edit:
        return source.rstrip("\n") + "\n\n" + textwrap.dedent(edit["append"]).strip() + "\n"
    try:
        block = hcl.block(hcl.read(source), edit["address"])
    except hcl.HclError as error:
        raise EditError(str(error)) from None
    if "append" in edit:
        return _appended(source, block, edit["append"])
    if "attribute" not in edit:
        return _without(source, block)
    attribute = hcl.attribute(block, edit["attribute"])
    if "delete" in edit:
        if attribute is None:
            raise EditError(f"{edit['address']} has no attribute {edit['attribute']}")
        return _without(source, attribute)
    value = _literal(edit["set"])
    if attribute is None:
        return _appended(source, block, f"{edit['attribute']} = {value}")
    start, end = attribute.inner
    return source[:start] + value + source[end:]


def parse(source: str) -> str:
    """Return the text, after a check by our own parser and, where it is installed, by Terraform's."""
    try:
        hcl.read(source)
    except hcl.HclError as error:
        raise EditError(str(error)) from None
    terraform = shutil.which("terraform")
    if terraform:
        done = subprocess.run(  # noqa: S603  # fixed words
            [terraform, "fmt", "-no-color", "-"], input=source, text=True, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise EditError(" ".join(done.stderr.split()))
        return done.stdout
    return source


def _literal(value: Any) -> str:
    """Return HCL for a value: text is taken as HCL source as it is, numbers and truth values as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _without(source: str, item: Item) -> str:
    """Take out an item, and its lines when it stood alone on them."""
    start, end = item.outer
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", end)
    line_end = len(source) if line_end < 0 else line_end + 1
    if not source[line_start:start].strip() and not COMMENT.sub("", source[end:line_end]).strip():
        start, end = line_start, line_end
    return source[:start] + source[end:]


def _appended(source: str, block: Item, text: str) -> str:
    inside, end = block.inner
    line_start = source.rfind("\n", 0, block.outer[0]) + 1
    margin = re.match(r"[ \t]*", source[line_start:])
    indent = margin[0] if margin else ""
    added = textwrap.indent(textwrap.dedent(text).strip(), indent + "  ")
    return f"{source[:inside]}{source[inside:end].rstrip()}\n{added}\n{indent}{source[end:]}"
