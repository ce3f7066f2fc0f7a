"""Values of a plan: what is unknown until apply, what is secret, dotted paths into them, and how two of them differ.

A plan keeps a value and its marks apart: `after`, `after_unknown`, `after_sensitive`. `merged` puts them together, so
that nobody who prints or compares a value can forget a mark.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_STEP = re.compile(r'\.?(?:"(?P<quoted>[^"]+)"|\[(?P<index>\d+)\]|(?P<key>[^.\[\]"]+))')
_PLAIN = re.compile(r"[\w-]+")

LONGEST = 300
"""Characters of a value in a message: a policy document is cut, a CIDR list is not."""


class Mark:
    """A value that is none: it equals only itself."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


UNKNOWN = Mark("(known after apply)")
MISSING = Mark("(no such attribute)")


class Secret:
    """A value that the plan masks: it compares by what it holds, and shows nothing of it."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Secret) else other))

    def __hash__(self) -> int:
        # A hash of the value would give it away to whoever can guess; there are few secrets in a plan.
        return hash(Secret)

    def __repr__(self) -> str:
        return "(sensitive value)"


@dataclass(frozen=True)
class Difference:
    """An attribute that changes, with MISSING for a side that has no such attribute."""

    path: Path
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {shown(self.before)} → {shown(self.after)}"


def merged(value: Any, unknown: Any = None, *masks: Any) -> Any:
    """Return a value with UNKNOWN where it is unknown, and a Secret where one of the masks says so."""
    if unknown is True:
        # Terraform, too, shows a secret as secret before it says that it is not known yet.
        return Secret(UNKNOWN) if any(mask is True for mask in masks) else UNKNOWN
    if any(mask is True for mask in masks):
        return Secret(merged(value, unknown))
    if isinstance(value, Mapping) or (value is None and isinstance(unknown, Mapping) and _any_true(unknown)):
        value = value or {}
        keys = [*value, *(key for key in _part(unknown, {}) if key not in value and _any_true(unknown[key]))]
        return {key: merged(value.get(key), _of(unknown, key), *(_of(mask, key) for mask in masks)) for key in keys}
    if isinstance(value, list):
        length = max(len(value), len(_part(unknown, [])) if _any_true(unknown) else 0)
        items = [value[at] if at < len(value) else None for at in range(length)]
        return [merged(item, _of(unknown, at), *(_of(mask, at) for mask in masks)) for at, item in enumerate(items)]
    return value


def steps_of(path: str | Sequence[str | int]) -> Path:
    """Return the steps of `vpc_config.0.subnet_ids`, `tags."a.b"` or `ingress[0]`; digits alone are an index."""
    if not isinstance(path, str):
        return tuple(path)
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise ValueError(f"{path!r} is no path to an attribute; it breaks at {path[at:]!r}")
        key = step["quoted"] or step["key"]
        steps.append(int(step["index"] or key) if step["index"] or (step["key"] or "").isdecimal() else key)
        at = step.end()
    return tuple(steps)


def dotted(path: Sequence[str | int]) -> str:
    """Return a path as people write it, keys with dots in quotes."""
    return ".".join(f"{step}" if isinstance(step, int) or _PLAIN.fullmatch(step) else f'"{step}"' for step in path)


def found(value: Any, path: Sequence[str | int]) -> Any:
    """Return what is at a path, UNKNOWN or a Secret where it lies within one, MISSING where there is nothing."""
    for at, step in enumerate(path):
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, Secret):
            inner = found(value.value, path[at:])
            return inner if inner is MISSING else Secret(inner)
        value = _step_into(value, step)
    return value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give each attribute that holds no further ones; a list of plain values is one attribute."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for at, inner in enumerate(value):
            yield from leaves(inner, (*path, at))
    else:
        yield path, value


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """Give each attribute that differs. Of two lists of blocks only those that are not in both count: most are sets."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key, MISSING), after.get(key, MISSING), (*path, key))
    elif _blocks(before) and _blocks(after) and before != after:
        yield from _block_differences(before, after, path)
    elif before != after and not (before in (None, MISSING) and after in (None, MISSING)):
        yield Difference(path, before, after)


def shown(value: Any) -> str:
    """Return a value as HCL readers expect it, cut to what a line of a message can hold."""
    text = str(value) if isinstance(value, Mark | Secret) else json.dumps(value, default=repr, ensure_ascii=False)
    text = re.sub(r'"(\((?:known after apply|sensitive value|no such attribute)\))"', r"\1", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def alike(name: str, names: Sequence[str]) -> str:
    """Return what may have been meant, for the end of a message."""
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.75)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _block_differences(before: list[Any], after: list[Any], path: Path) -> Iterator[Difference]:
    gone = [item for item in before if item not in after]
    new = [(at, item) for at, item in enumerate(after) if item not in before]
    if not gone and not new:
        yield Difference(path, before, after)
    for (at, item), old in zip(new, gone, strict=False):
        yield from differences(old, item, (*path, at))
    for at, item in new[len(gone) :]:
        yield Difference((*path, at), MISSING, item)
    for item in gone[len(new) :]:
        yield Difference((*path, before.index(item)), item, MISSING)


def _blocks(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _step_into(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, value.get(str(step), MISSING))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return MISSING


def _of(marks: Any, step: str | int) -> Any:
    inner = _step_into(marks, step)
    return None if inner is MISSING else inner


def _part(marks: Any, empty: Any) -> Any:
    return marks if isinstance(marks, type(empty)) else empty


def _any_true(marks: Any) -> bool:
    if isinstance(marks, Mapping):
        return any(_any_true(inner) for inner in marks.values())
    return any(_any_true(inner) for inner in marks) if isinstance(marks, list) else marks is True
