"""Edits of YAML by path; comments and quotes stay. A file of several documents needs `document`, see `_chosen`."""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from testkit.faults.edits import paths
from testkit.faults.errors import EditError

SHAPES = {
    "set": ({"path"}, {"document"}),
    "delete": ({"path"}, {"document"}),
    "append": ({"path"}, {"document"}),
    "reorder": ({"path"}, {"document"}),
}

WIDE = 10_000
"""Columns: far more than any line has, so that none is folded."""


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Set, delete or append at a path, or put the keys of a mapping in another order."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    documents = _load(yaml, source)
    document = _chosen(documents, edit.get("document"))
    if "reorder" in edit:
        _reorder(paths.at(document, edit["path"]), edit["reorder"], edit["path"])
    else:
        paths.change(document, edit)
    result = io.StringIO()
    yaml.dump_all(documents, result)
    return result.getvalue()


def parse(source: str) -> list[Any]:
    """Return all documents as plain values."""
    return _load(YAML(typ="safe", pure=True), source)


def _load(yaml: YAML, source: str) -> list[Any]:
    try:
        return list(yaml.load_all(source))
    except YAMLError as error:
        raise EditError(" ".join(str(error).split())) from None


def _chosen(documents: list[Any], wanted: Any) -> Any:
    """Return the document that `wanted` describes: an index, or the values of its `kind` and `metadata.name`."""
    if wanted is None:
        if len(documents) != 1:
            raise EditError(f"the file has {len(documents)} documents: say which, as in document: {{kind: Deployment}}")
        return documents[0]
    found = [each for index, each in enumerate(documents) if wanted == index or _describes(wanted, each)]
    if len(found) != 1:
        raise EditError(f"document {wanted} fits {len(found)} of {len(documents)} documents and must fit exactly one")
    return found[0]


def _describes(wanted: Any, document: Any) -> bool:
    if not isinstance(wanted, Mapping) or not isinstance(document, Mapping):
        return False
    values = {**document, "name": (document.get("metadata") or {}).get("name", document.get("name"))}
    return all(values.get(key) == value for key, value in wanted.items())


def _reorder(mapping: Any, first: list[str], path: str) -> None:
    keys = list(mapping)
    if unknown := set(first) - set(keys):
        raise EditError(f"{path} has no {', '.join(sorted(unknown))}, only {', '.join(map(str, keys))}")
    wanted = [*first, *(key for key in keys if key not in first)]
    if wanted == keys:
        raise EditError(f"{path} has its keys in this order already")
    for key in wanted:
        mapping.move_to_end(key)
