"""Plans for tests, as `terraform show -json` prints them: a call for each resource, and the marks beside the values."""

import re
from typing import Any

Entry = dict[str, Any]


def entry(
    address: str,
    before: Any = None,
    after: Any = None,
    *,
    actions: tuple[str, ...] = (),
    unknown: Any = None,
    sensitive: Any = None,
    **more: Any,
) -> Entry:
    """An entry of `resource_changes`. Without `actions` they follow from before and after.

    unknown: the attributes that only the apply will tell, as `after_unknown` has them.
    sensitive: the masks, as `after_sensitive` has them; for what existed before they are the same.
    more: `replace_paths` and `importing` belong to the change, anything else to the entry.
    """
    parts = re.fullmatch(
        r"(?P<module>(?:module\.[^.]+\.)*)(?:data\.)?(?P<type>\w+)\.(?P<name>[\w-]+)(?:\[(?P<key>.+)\])?", address
    )
    assert parts, f"{address} is no address that this builder knows"
    change = {
        "actions": list(actions or _actions(before, after)),
        "before": before,
        "after": after,
        "after_unknown": unknown or {},
        "before_sensitive": (sensitive or {}) if before is not None else False,
        "after_sensitive": (sensitive or {}) if after is not None else False,
    }
    change |= {name: more.pop(name) for name in ("replace_paths", "importing") if name in more}
    made = {"address": address, "mode": "managed", "type": parts["type"], "name": parts["name"], "change": change}
    if parts["module"]:
        made["module_address"] = parts["module"].rstrip(".")
    if parts["key"]:
        made["index"] = int(parts["key"]) if parts["key"].isdecimal() else parts["key"].strip('"')
    return made | more


def plan(*entries: Entry, **more: Any) -> Entry:
    """A plan of these entries, whole and applyable unless `more` says otherwise."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "timestamp": "2026-03-01T12:00:00Z",
        "applyable": True,
        "complete": True,
        "errored": False,
        "planned_values": {},
        "resource_changes": list(entries),
        "configuration": {},
    } | more


def _actions(before: Any, after: Any) -> tuple[str, ...]:
    if before is None:
        return ("create",)
    if after is None:
        return ("delete",)
    return ("no-op",) if before == after else ("update",)
