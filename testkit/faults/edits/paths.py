"""Paths into nested mappings and lists, the same for YAML and TOML.

spec.template.spec.containers[name=web].image      the element whose name is web
metadata.annotations."prometheus.io/scrape"        a key with dots, in quotes
jobs[0].steps[-1]                                  by index
dependencies[=gunicorn]                            the element that is this text
"""

import re
from collections.abc import Mapping, MutableMapping, MutableSequence
from typing import Any

from testkit.faults.errors import EditError

_STEP = re.compile(
    r'\.?(?:"(?P<quoted>[^"]+)"|(?P<key>[^.\[\]"]+)|\[(?P<index>-?\d+)\]|\[(?P<field>[^=\]]*)=(?P<value>[^\]]*)\])'
)

Container = MutableMapping[str, Any] | MutableSequence[Any]


def change(document: Any, edit: Mapping[str, Any]) -> None:
    """Carry out the `set`, `delete` or `append` of `edit` at its `path`, in place.

    Raises EditError if it does not fit.
    """
    path = edit["path"]
    steps = _steps(path)
    if "append" in edit:
        _append(_walk(document, steps, path), edit["append"], path)
        return
    holder = _walk(document, steps[:-1], path)
    key = _key(holder, steps[-1], path, must_exist="delete" in edit)
    if "delete" in edit:
        del holder[key]
        return
    if (isinstance(holder, MutableSequence) or key in holder) and holder[key] == edit["set"]:
        raise EditError(f"{path} is {edit['set']!r} already")
    holder[key] = edit["set"]


def at(document: Any, path: str) -> Any:
    """Return what stands at `path`."""
    return _walk(document, _steps(path), path)


def _steps(path: str) -> list[re.Match[str]]:
    steps, position = [], 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise EditError(f"the path {path!r} cannot be read from {path[position:]!r} on")
        steps.append(step)
        position = step.end()
    if not steps:
        raise EditError("the path is empty")
    return steps


def _walk(document: Any, steps: list[re.Match[str]], path: str) -> Any:
    for step in steps:
        document = document[_key(document, step, path, must_exist=True)]
    return document


def _key(holder: Any, step: re.Match[str], path: str, *, must_exist: bool) -> Any:
    if step["quoted"] or step["key"]:
        key = step["quoted"] or step["key"]
        if not isinstance(holder, MutableMapping):
            raise EditError(f"{path}: {key} is asked of something that is no mapping")
        if must_exist and key not in holder:
            raise EditError(f"{path}: there is no {key}, only {', '.join(map(str, holder)) or 'nothing'}")
        return key
    if not isinstance(holder, MutableSequence):
        raise EditError(f"{path}: {step[0]} is asked of something that is no list")
    if step["index"]:
        if not -len(holder) <= int(step["index"]) < len(holder):
            raise EditError(f"{path}: the list has {len(holder)} elements, so there is no {step[0]}")
        return int(step["index"])
    found = [index for index, element in enumerate(holder) if _is(element, step["field"], step["value"])]
    if len(found) != 1:
        raise EditError(f"{path}: {step[0]} fits {len(found)} elements of the list and must fit exactly one")
    return found[0]


def _is(element: Any, field: str, value: str) -> bool:
    if not field:
        return str(element) == value
    return isinstance(element, Mapping) and field in element and str(element[field]) == value


def _append(holder: Any, value: Any, path: str) -> None:
    if not isinstance(holder, MutableSequence):
        raise EditError(f"{path} is no list, so nothing can be appended; set a key instead")
    holder.append(value)
