"""Which resources an attribute's expression names, when the value itself is unknown until apply.

A plan's `configuration` has the references of each expression, in the order in which they stand:
`aws_nat_gateway.this[each.key].id` is ["aws_nat_gateway.this", "each.key"]. `Configuration.resources` follows them,
through variables of modules (`var.subnet_ids`) and outputs (`module.vpc.private_subnet_ids`), to absolute addresses.
An instance is told only where it is certain: `["a"]` and `[0]` are written out, and `[each.key]` or `[count.index]` is
the referring instance's own key when nothing else than this one pair is in the expression.

Terraform leaves locals out of the configuration: what goes through a `local` cannot be followed, and `references`
shows it as `local.name`. An assertion then says so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from testkit.plan.attributes import Path

_INSTANCE = re.compile(r"\[[^\]]*\]")
# `aws_subnet.private["a"]` of `aws_subnet.private["a"].id`; a data source has one step more.
_RESOURCE = re.compile(r'(?P<name>(?:data\.)?[a-z]\w*\.[\w-]+)(?P<key>\["[^"]*"\]|\[\d+\])?(?:\.|$)')
_NO_RESOURCE = frozenset({"var", "local", "each", "count", "module", "path", "self", "terraform"})


class Configuration:
    """The `configuration` of a plan."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def expression(self, address: str, path: Path) -> Any:
        """Return the expression of an attribute as the plan has it; None where the configuration says nothing."""
        expression = self._resource(address).get("expressions")
        for step in path:
            if isinstance(expression, Mapping) and {"references", "constant_value"} & set(expression):
                # The rest of the path is inside of one expression, which the plan does not take apart.
                return expression
            if isinstance(expression, Mapping):
                expression = expression.get(str(step))
            elif isinstance(expression, list) and isinstance(step, int) and step < len(expression):
                expression = expression[step]
            else:
                return None
        return expression

    def references(self, address: str, path: Path) -> list[str]:
        """Return the references of an attribute's expression, as the plan has them."""
        return list(dict.fromkeys(_references(self.expression(address, path))))

    def resources(self, address: str, path: Path) -> list[str]:
        """Return the absolute addresses of the resources that an attribute's expression leads to."""
        module, _, own = _split(address)
        expression = _references(self.expression(address, path))
        return list(dict.fromkeys(self._followed(expression, module, own)))

    def _followed(self, references: list[str], module: str, own: str) -> Iterator[str]:
        prefix = f"{module}." if module else ""
        for at, reference in enumerate(references):
            parent, _, call = module.rpartition("module.")
            if reference.startswith("var.") and module:
                given = self._call(parent.rstrip("."), _INSTANCE.sub("", call))["expressions"]
                name = reference.split(".")[1]
                yield from self._followed(_references(given.get(name)), parent.rstrip("."), _key(call))
            elif reference.startswith("module.") and reference.count(".") >= 2:
                yield from self._output(reference, module)
            elif (named := _RESOURCE.match(reference)) and reference.split(".")[0] not in _NO_RESOURCE:
                key = named["key"] or ""
                if not key and any(other.startswith(f"{named['name']}[") for other in references[:at]):
                    continue  # Terraform repeats a reference without its last step
                alone = references[at + 1 :] in (["each.key"], ["count.index"]) and at == 0
                yield f"{prefix}{named['name']}{key or (own if alone else '')}"

    def _output(self, reference: str, module: str) -> Iterator[str]:
        _, call, output = re.split(r"\.(?![^\[]*\])", reference)[:3]
        inner = f"{module}.module.{call}" if module else f"module.{call}"
        outputs = self._call(module, _INSTANCE.sub("", call))["module"].get("outputs", {})
        expression = outputs.get(_INSTANCE.sub("", output), {}).get("expression")
        yield from self._followed(_references(expression), inner, "")

    def _resource(self, address: str) -> Mapping[str, Any]:
        module, name, _ = _split(address)
        for resource in self._module(module).get("resources", []):
            if resource["address"] == name:
                return dict(resource)
        return {}

    def _module(self, address: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._root.get("root_module", {})
        for name in re.findall(r"module\.([\w-]+)", address):
            found = found.get("module_calls", {}).get(name, {}).get("module", {})
        return found

    def _call(self, module: str, name: str) -> Mapping[str, Any]:
        call = self._module(module).get("module_calls", {}).get(name, {})
        return {"expressions": call.get("expressions", {}), "module": call.get("module", {})}


def _references(expression: Any) -> list[str]:
    """The references of an expression, or of all that are inside of a block."""
    if isinstance(expression, Mapping):
        if isinstance(expression.get("references"), Sequence):
            return list(expression["references"])
        return [one for inner in expression.values() for one in _references(inner)]
    return [one for inner in expression for one in _references(inner)] if isinstance(expression, list) else []


def _split(address: str) -> tuple[str, str, str]:
    """`module.a["x"].aws_subnet.b["y"]` in three: module, name, key; the key with its brackets."""
    modules = re.match(r'(?:module\.[\w-]+(?:\["[^"]*"\]|\[\d+\])?\.)*', address)
    module = modules[0] if modules else ""
    rest = address[len(module) :]
    name, bracket, key = rest.partition("[")
    return module.rstrip("."), name, bracket + key


def _key(call: str) -> str:
    return call[len(call.partition("[")[0]) :]
