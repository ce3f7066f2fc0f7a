"""The words that rules are written in: each makes a condition, which gives a hit for each place where it holds.

A condition sees values without their masks, because a secret policy may still let the world in. So `what` names the
attribute and the finding, and never repeats a value that could be masked.
"""

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from testkit.plan.attributes import MISSING, UNKNOWN, Path, Secret, dotted, leaves
from testkit.plan.changes import Change


class Hit(NamedTuple):
    attribute: str
    what: str


Condition = Callable[[Change], Iterator[Hit]]

WIDEST = {4: 8, 6: 7}
"""No organisation has a wider network (10.0.0.0/8, fc00::/7): 0.0.0.0/1 and 128.0.0.0/1 are the world, too."""

_COSMETIC = frozenset({"tags", "tags_all", "description", "timeouts"})


def goes(holdings: Mapping[str, str] = MappingProxyType({})) -> Condition:
    """The object is destroyed, on its own or to be replaced; `holdings` tells by type what is lost with it."""

    def condition(change: Change) -> Iterator[Hit]:
        if change.action in {"replace", "destroy"}:
            forced = ", ".join(map(dotted, change.replace_paths))
            deposed = f" (deposed object {change.deposed})" if change.deposed else ""
            lost = f", and with it {holdings[change.type]}" if change.type in holdings else ""
            yield Hit(forced, f"{change.action}{deposed}{lost}")

    return condition


def acts(*actions: str) -> Condition:
    """Terraform does one of these."""

    def condition(change: Change) -> Iterator[Hit]:
        if change.action in actions:
            yield Hit("", change.action)

    return condition


def touched() -> Condition:
    """Anything but names and tags changes."""

    def condition(change: Change) -> Iterator[Hit]:
        changed = {str(each.path[0]) for each in change.differences()} - _COSMETIC
        if change.action == "update" and changed:
            yield Hit(", ".join(sorted(changed)), "update")
        elif change.action in {"create", "replace", "destroy"}:
            yield Hit("", change.action)

    return condition


def becomes(value: Any, *names: str) -> Condition:
    """An attribute of one of these names, however deep, gets this value."""

    def condition(change: Change) -> Iterator[Hit]:
        for path, after in _changed(change):
            if path[-1] in names and after == value:
                yield Hit(dotted(path), f"becomes {json.dumps(value)}")

    return condition


def loses(*names: str) -> Condition:
    """A list or a block of one of these names has fewer entries than before."""

    def condition(change: Change) -> Iterator[Hit]:
        before, after = _plain(change.before) or {}, _plain(change.after) or {}
        for name in names:
            old, new = before.get(name) or [], after.get(name) or []
            if new is UNKNOWN or not isinstance(old, list):
                continue
            gone = [item for item in old if item not in new] if len(new) < len(old) else []
            if gone and after:
                # The entries of a list of words are names (`audit`); those of a block may be anything.
                words = [item for item in gone if isinstance(item, str) and not _masked(change, name)]
                yield Hit(name, f"loses {', '.join(words) or f'{len(gone)} of {len(old)}'}")

    return condition


def lowered(name: str, forever: int | None = None) -> Condition:
    """A number goes down; `forever` is the value that means without end."""

    def condition(change: Change) -> Iterator[Hit]:
        before, after = _plain(change.before) or {}, _plain(change.after) or {}
        old, new = (_number(side.get(name), forever) for side in (before, after))
        if old is not None and new is not None and new < old:
            yield Hit(name, "goes down" if _masked(change, name) else f"goes down from {before[name]} to {after[name]}")

    return condition


def opened(direction: str = "ingress") -> Condition:
    """Whoever is anywhere in the world gets in, who could not before."""

    def condition(change: Change) -> Iterator[Hit]:
        before = {what for _, what in _open(_plain(change.before), change, direction)}
        for path, what in _open(_plain(change.after), change, direction):
            if what not in before:
                yield Hit(dotted(path), "lets the world in" if _masked(change, path[0]) else what)

    return condition


def source_unknown() -> Condition:
    """Where a security group's rule lets in from is known only after the apply."""

    def condition(change: Change) -> Iterator[Hit]:
        for path, value in leaves(_plain(change.after) or {}):
            inside = value if isinstance(value, list) else [value]
            if path and path[-1] in _SOURCES and any(item is UNKNOWN for item in inside):
                yield Hit(dotted(path), "is known after apply")

    return condition


def public_endpoint(*, to_the_world: bool) -> Condition:
    """The API server of an EKS cluster gets a public address; without an allow-list AWS lets the whole world in."""

    def condition(change: Change) -> Iterator[Hit]:
        after = _reach(_plain(change.after))
        if after and after != _reach(_plain(change.before)) and ("the world" in after) is to_the_world:
            who = "those on a list" if _masked(change, "vpc_config") and not to_the_world else after
            yield Hit("vpc_config.0.public_access_cidrs", f"lets in {who}")

    return condition


def allows_everything() -> Condition:
    """A policy allows all actions, or all of a service, on all resources."""

    def condition(change: Change) -> Iterator[Hit]:
        for path, statement in _statements(change):
            actions = [one for one in _many(statement.get("Action")) if one == "*" or str(one).endswith(":*")]
            if statement.get("Effect") == "Allow" and actions and "*" in _many(statement.get("Resource")):
                said = f": {', '.join(map(str, actions))}" if not _masked(change, path[0]) else ""
                yield Hit(dotted(path), f"allows every action on every resource{said}")

    return condition


def trusts_anyone() -> Condition:
    """A policy allows everybody, without a condition that says who."""

    def condition(change: Change) -> Iterator[Hit]:
        for path, statement in _statements(change):
            principal = statement.get("Principal")
            anyone = principal == "*" or (isinstance(principal, Mapping) and "*" in _many(principal.get("AWS")))
            if statement.get("Effect") == "Allow" and anyone and not statement.get("Condition"):
                yield Hit(dotted(path), "allows anyone, without a condition")

    return condition


def names_policy(*endings: str) -> Condition:
    """One of AWS's own policies is attached, by the end of its ARN."""

    def condition(change: Change) -> Iterator[Hit]:
        for path, value in _changed(change):
            arns = [arn for arn in _many(value) if str(arn).endswith(endings)]
            if path[-1] in {"policy_arn", "managed_policy_arns"} and arns:
                said = str(arns[0]).rpartition("/")[2] if not _masked(change, path[0]) else "an administrator's policy"
                yield Hit(dotted(path), f"attaches {said}")

    return condition


_SOURCES = frozenset({"cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"})


def _open(values: Any, change: Change, direction: str) -> Iterator[tuple[Path, str]]:
    """Each source that is the world, with the ports it reaches."""
    for path, value in leaves(values or {}):
        if not path or path[-1] not in _SOURCES or not _comes_in(path, values, change, direction):
            continue
        rule = values
        for step in path[:-1]:
            rule = rule[step]
        for source in _many(value):
            if _is_the_world(source):
                yield path, f"{source} may reach {_ports(rule)}"


def _comes_in(path: Path, values: Mapping[str, Any], change: Change, direction: str) -> bool:
    if change.type == "aws_security_group_rule":
        return values.get("type") == direction
    return change.type.endswith(f"_{direction}_rule") or path[0] == direction


def _ports(rule: Mapping[str, Any]) -> str:
    protocol = str(rule.get("protocol") or rule.get("ip_protocol") or "")
    first, last = rule.get("from_port"), rule.get("to_port")
    if protocol in {"-1", "all"}:
        return "every port"
    return f"{protocol} {first if first == last else f'{first} to {last}'}".strip()


def _is_the_world(source: Any) -> bool:
    try:
        network = ipaddress.ip_network(source, strict=False)
    except ValueError:
        return False
    return network.prefixlen < WIDEST[network.version]


def _reach(values: Any) -> str:
    """Who may reach a cluster's endpoint: "" nobody outside, "the world", or a list."""
    blocks = (values or {}).get("vpc_config") or []
    if not isinstance(blocks, list) or not blocks or not blocks[0].get("endpoint_public_access"):
        return ""
    sources = blocks[0].get("public_access_cidrs")
    if not sources or sources is UNKNOWN or any(item is UNKNOWN or _is_the_world(item) for item in sources):
        return "the world" if sources else "the world, for want of public_access_cidrs"
    return ", ".join(sources)


def _statements(change: Change) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The statements of each policy that this change brings."""
    for path, value in _changed(change):
        if not isinstance(value, str) or "Statement" not in value:
            continue
        try:
            policy = json.loads(value)
        except json.JSONDecodeError:
            continue
        if isinstance(policy, Mapping):
            yield from ((path, one) for one in _many(policy.get("Statement")) if isinstance(one, Mapping))


def _changed(change: Change) -> Iterator[tuple[Path, Any]]:
    """Each attribute that is not as it was."""
    before = dict(leaves(_plain(change.before) or {}))
    for path, value in leaves(_plain(change.after) or {}):
        if path and before.get(path, MISSING) != value:
            yield path, value


def _plain(value: Any) -> Any:
    """The value without its masks."""
    if isinstance(value, Secret):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _masked(change: Change, name: str | int) -> bool:
    """Whether the plan masks an attribute, or anything inside of it."""

    def hidden(value: Any) -> bool:
        if isinstance(value, Mapping):
            return any(map(hidden, value.values()))
        return any(map(hidden, value)) if isinstance(value, list) else isinstance(value, Secret)

    return any(hidden((side or {}).get(name)) for side in (change.before, change.after))


def _number(value: Any, forever: int | None) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float("inf") if value == forever else float(value)
    return None


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
