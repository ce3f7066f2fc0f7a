"""The plan as a whole: lookup, counts, outputs, and what may be said of all resources at once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from testkit.plan import documents
from testkit.plan.attributes import MISSING, alike, merged, shown
from testkit.plan.changes import Change
from testkit.plan.documents import Document
from testkit.plan.references import Configuration
from testkit.plan.resources import NoSuchAddress, Resource, described


class Plan:
    """A plan's JSON, read once and never changed."""

    def __init__(self, document: Document) -> None:
        self.document = documents.checked(document)
        self.configuration = Configuration(document.get("configuration", {}))

    @classmethod
    def from_json(cls, document: Document) -> Self:
        """Read what `terraform show -json` printed, parsed already. Raises PlanError."""
        return cls(document)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the JSON in a file. Raises PlanError."""
        return cls(documents.read(path))

    def __iter__(self) -> Iterator[Resource]:
        """Give each resource that exists after the apply, by address."""
        return iter(self.resources.values())

    def __contains__(self, address: object) -> bool:
        return address in self.resources

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """The managed resources that exist after the apply, unchanged ones too."""
        there = [entry for entry in self._entries("resource_changes") if entry["change"].get("after") is not None]
        current = [entry for entry in there if entry.get("mode") == "managed" and not entry.get("deposed")]
        return {entry["address"]: Resource(entry, self.configuration) for entry in sorted(current, key=_address)}

    @cached_property
    def changes(self) -> list[Change]:
        """Everything that the apply would do, destroyed and deposed objects too; what stays as it is is not in it."""
        changes = [Change(entry) for entry in sorted(self._entries("resource_changes"), key=_address)]
        return [change for change in changes if change.effective]

    @cached_property
    def drift(self) -> list[Change]:
        """What has changed in the world since the last apply."""
        changes = [Change(entry) for entry in sorted(self._entries("resource_drift"), key=_address)]
        return [change for change in changes if change.effective]

    @property
    def counts(self) -> Counter[str]:
        """How many resources of each type there are after the apply."""
        return Counter(resource.type for resource in self)

    @property
    def actions(self) -> Counter[str]:
        """How many changes of each kind: a replacement is one."""
        return Counter(change.action for change in self.changes)

    @property
    def outputs(self) -> dict[str, Any]:
        """The root module's outputs after the apply, with UNKNOWN and Secret."""
        return {
            name: _sides(change)[1]
            for name, change in self.document.get("output_changes", {}).items()
            if tuple(change["actions"]) != ("delete",)
        }

    def changed_outputs(self) -> Iterator[tuple[str, Any, Any]]:
        """Give name, value before and value after of each output that changes; MISSING where there is none."""
        for name, change in self.document.get("output_changes", {}).items():
            if change["actions"] != ["no-op"]:
                yield name, *_sides(change)

    def one(self, address: str) -> Resource:
        """Return the resource with this address. Raises NoSuchAddress, with what was probably meant."""
        if address in self.resources:
            return self.resources[address]
        raise NoSuchAddress(f"{address}: the plan has no such resource{self._meant(address)}")

    __getitem__ = one

    def of(self, kind: str, module: str | None = None, name: str | None = None) -> list[Resource]:
        """Return the resources of a type; only of one module ("" is the root), only with one name."""
        return [
            each for each in self if each.type == kind and module in (None, each.module) and name in (None, each.name)
        ]

    def values(self, address: str) -> Mapping[str, Any]:
        """Return all attributes of a resource after the apply."""
        return self.one(address).values

    def assert_counts(self, wanted: Mapping[str, int]) -> None:
        """Fail, with a line for each type that differs, unless the plan holds exactly this inventory."""
        got = self.counts
        lines = [
            f"{kind}: wanted {wanted.get(kind, 0)} got {got[kind]}{self._listed(kind)}"
            for kind in sorted({*wanted, *got})
            if wanted.get(kind, 0) != got[kind]
        ]
        assert not lines, "the inventory differs:\n  " + "\n  ".join(lines)  # noqa: S101

    def assert_values(self, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        """Fail, with every attribute that is not as wanted, unless all are: values by path by address."""
        failures = []
        for address, values in wanted.items():
            try:
                self.one(address).assert_values(values)
            except (AssertionError, NoSuchAddress) as error:
                failures.append(str(error))
        assert not failures, "\n".join(failures)  # noqa: S101

    def assert_idempotent(self) -> None:
        """Fail, with address and attribute, if the plan would change anything: it follows an apply."""
        outputs = [f"output {name}: {shown(before)} → {shown(after)}" for name, before, after in self.changed_outputs()]
        lines = [*map(described, self.changes), *outputs]
        assert not lines, "a second apply would not leave things alone:\n" + "\n".join(lines)  # noqa: S101

    def assert_replaces_nothing(self) -> None:
        """Fail, with the attribute that forces it, if anything that exists would go: replaced, destroyed, forgotten."""
        gone = [change for change in self.changes if change.action in {"replace", "destroy", "forget"}]
        assert not gone, "what exists would go:\n" + "\n".join(map(described, gone))  # noqa: S101

    def _entries(self, name: str) -> list[Mapping[str, Any]]:
        return list(self.document.get(name) or [])

    def _meant(self, address: str) -> str:
        gone = [change for change in self.changes if change.address == address]
        if gone:
            return f"; it is there only to be changed away: {gone[0].action}"
        same_name = [known for known in self.resources if known.partition("[")[0] == address.partition("[")[0]]
        if same_name:
            return f"; its instances are {', '.join(same_name)}"
        return alike(address, list(self.resources)) or f"; it has {len(self.resources)} resources"

    def _listed(self, kind: str) -> str:
        addresses = [resource.address for resource in self.of(kind)]
        return f" ({', '.join(addresses)})" if addresses else ""


def _address(entry: Mapping[str, Any]) -> str:
    return str(entry["address"])


def _sides(change: Mapping[str, Any]) -> tuple[Any, Any]:
    """An output before and after, each with the masks of both."""
    masks = change.get("before_sensitive"), change.get("after_sensitive")
    before = MISSING if tuple(change["actions"]) == ("create",) else merged(change.get("before"), None, *masks)
    after = merged(change.get("after"), change.get("after_unknown"), *masks)
    return before, MISSING if tuple(change["actions"]) == ("delete",) else after
