"""Edits of TOML by path; comments and layout stay."""

import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from testkit.faults.edits import paths
from testkit.faults.errors import EditError

SHAPES = {"set": ({"path"}, set[str]()), "delete": ({"path"}, set[str]()), "append": ({"path"}, set[str]())}


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Set, delete or append at a path."""
    try:
        document = tomlkit.parse(source)
    except TOMLKitError as error:
        raise EditError(str(error)) from None
    paths.change(document, edit)
    return tomlkit.dumps(document)


def parse(source: str) -> dict[str, Any]:
    """Return the document as plain values."""
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise EditError(str(error)) from None
