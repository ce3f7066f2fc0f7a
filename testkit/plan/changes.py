"""One entry of a plan's `resource_changes` or `resource_drift`, with marks and masks merged in."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from testkit.plan.attributes import Difference, Path, Secret, differences, merged

NOTHING = frozenset({("no-op",), ("read",)})
"""Actions that change nothing in the world."""

ACTIONS = {
    ("no-op",): "no-op",
    ("create",): "create",
    ("read",): "read",
    ("update",): "update",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
    ("create", "forget"): "replace",
}


class Change:
    """What is planned for one object: `action` is one word, so that a replacement is one change and not two."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.entry = entry

    def __repr__(self) -> str:
        return f"<{self.address}: {self.action}>"

    @property
    def address(self) -> str:
        return str(self.entry["address"])

    @property
    def module(self) -> str:
        """The module's address, "" for the root."""
        return str(self.entry.get("module_address", ""))

    @property
    def type(self) -> str:
        return str(self.entry["type"])

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self.entry["change"]["actions"])

    @property
    def action(self) -> str:
        """create, update, replace, destroy, forget, read or no-op; a new one of Terraform's stays as it is."""
        return ACTIONS.get(self.actions, "+".join(self.actions))

    @property
    def creates_first(self) -> bool:
        """Whether a replacement is made before the old object goes."""
        return self.actions[:1] == ("create",) and self.action == "replace"

    @property
    def moved_from(self) -> str:
        """The address before a `moved` block, "" when it did not move."""
        return str(self.entry.get("previous_address") or "")

    @property
    def imported(self) -> str:
        """The id that is imported, "" when nothing is."""
        importing = self.entry["change"].get("importing")
        return str(importing.get("id") or importing.get("identity") or "unknown id") if importing else ""

    @property
    def deposed(self) -> str:
        """The key of a deposed object: what a failed replacement has left behind."""
        return str(self.entry.get("deposed") or "")

    @property
    def reason(self) -> str:
        """Terraform's own word for why it does this, "" mostly."""
        return str(self.entry.get("action_reason") or "")

    @property
    def effective(self) -> bool:
        """Whether anything happens: in the world, or to the address in the state."""
        return self.actions not in NOTHING or bool(self.moved_from or self.imported)

    @cached_property
    def before(self) -> Any:
        change = self.entry["change"]
        return _spread(merged(change.get("before"), None, *self._masks))

    @cached_property
    def after(self) -> Any:
        change = self.entry["change"]
        return _spread(merged(change.get("after"), change.get("after_unknown"), *self._masks))

    @property
    def replace_paths(self) -> list[Path]:
        """The attributes that force a replacement."""
        return [tuple(path) for path in self.entry["change"].get("replace_paths") or []]

    def differences(self) -> Iterator[Difference]:
        """Give each attribute that changes."""
        return differences(self.before or {}, self.after or {})

    @property
    def _masks(self) -> tuple[Any, Any]:
        # A value that is masked on one side only is the same secret on the other.
        change = self.entry["change"]
        return change.get("before_sensitive"), change.get("after_sensitive")


def _spread(value: Any) -> Any:
    """A mask may cover a whole object; its attributes' names are no secret then, either."""
    if isinstance(value, Secret) and isinstance(value.value, Mapping):
        return {name: Secret(inner) for name, inner in value.value.items()}
    return value
