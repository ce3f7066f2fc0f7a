"""Edits of any text: the last resort, for formats without a structure of their own."""

from collections.abc import Mapping
from typing import Any

from testkit.faults.errors import EditError

SHAPES = {"find": ({"replace"}, set[str]())}


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Replace the one place where `find` stands. Raises EditError when there is none or more than one."""
    count = source.count(edit["find"])
    if count != 1:
        raise EditError(f"the text {edit['find']!r} stands {count} times in the file and must stand exactly once")
    return source.replace(edit["find"], edit["replace"])
