"""A resource of a plan, with the assertions that name address and attribute."""

from collections.abc import Mapping
from typing import Any

from testkit.plan.attributes import MISSING, UNKNOWN, Secret, alike, dotted, found, shown, steps_of
from testkit.plan.changes import Change
from testkit.plan.references import Configuration


class NoSuchAddress(LookupError):
    """The plan has no such resource; the message tells what was probably meant."""


class Resource(Change):
    """What a resource will be after the apply; what is destroyed is not one any more (`Plan.changes` has it)."""

    def __init__(self, entry: Mapping[str, Any], configuration: Configuration) -> None:
        super().__init__(entry)
        self._configuration = configuration

    @property
    def name(self) -> str:
        return str(self.entry["name"])

    @property
    def key(self) -> Any:
        """The key of `for_each`, the number of `count`, or None."""
        return self.entry.get("index")

    @property
    def values(self) -> Mapping[str, Any]:
        """All attributes after the apply, with UNKNOWN and Secret for what the plan marks."""
        return dict(self.after or {})

    def get(self, path: str) -> Any:
        """Return the attribute at a dotted path; UNKNOWN, a Secret, or MISSING."""
        return found(self.values, steps_of(path))

    def references(self, path: str) -> list[str]:
        """Return what the attribute's expression refers to, as the configuration has it."""
        return self._configuration.references(self.address, steps_of(path))

    def refers_to(self, path: str) -> list[str]:
        """Return the absolute addresses of the resources that the attribute's expression leads to."""
        return self._configuration.resources(self.address, steps_of(path))

    def assert_values(self, wanted: Mapping[str, Any]) -> None:
        """Fail, with every attribute that is not as wanted, unless all are."""
        wrong = [self._wrong(path, value) for path, value in wanted.items() if self.get(path) != value]
        assert not wrong, "\n".join(wrong)  # noqa: S101  an assertion is what this is

    def assert_unknown(self, *paths: str) -> None:
        """Fail unless only the apply will tell these attributes."""
        self.assert_values(dict.fromkeys(paths, UNKNOWN))

    def assert_refers_to(self, path: str, *addresses: str) -> None:
        """Fail unless the attribute's expression leads to these resources, and no others."""
        got = self.refers_to(path)
        said = ", ".join(self.references(path)) or "no expression"
        assert sorted(got) == sorted(addresses), (  # noqa: S101
            f"{self.address}: {path}: wanted a reference to {' and '.join(addresses)}, "
            f"got {' and '.join(got) or 'none'} (the configuration says: {said})"
        )

    def assert_unchanged(self) -> None:
        """Fail, with the attributes, if the apply would do anything to it."""
        assert not self.effective, described(self)  # noqa: S101

    def _wrong(self, path: str, wanted: Any) -> str:
        got = self.get(path)
        hint = ""
        if got is MISSING:
            *holder, last = steps_of(path)
            there = found(self.values, holder)
            names = [dotted([*holder, key]) for key in there] if isinstance(there, Mapping) else []
            hint = alike(dotted([*holder, last]), names)
        # Beside a masked value the wanted one would tell it, or what it should have been.
        expected = Secret(wanted) if isinstance(got, Secret) else wanted
        return f"{self.address}: {path}: wanted {shown(expected)} got {shown(got)}{hint}"


def described(change: Change) -> str:
    """Return what would change, a line an attribute, each with its address."""
    head = f"{change.address}: "
    forced = f" (forced by {', '.join(map(dotted, change.replace_paths))})" if change.replace_paths else ""
    lines = [f"{head}{change.action}{forced}"] if change.action not in {"update", "no-op"} else []
    if change.moved_from:
        lines.append(f"{head}moved from {change.moved_from}")
    if change.imported:
        lines.append(f"{head}imported from {change.imported}")
    if change.action in {"update", "replace"}:
        lines += [f"{head}{difference}" for difference in change.differences()]
    return "\n".join(lines or [f"{head}{change.action}"])
