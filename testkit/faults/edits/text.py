"""Edits of any text: the last resort, for formats without a structure of their own; and files that come anew."""

from collections.abc import Mapping
from typing import Any

from testkit.faults.errors import EditError

SHAPES = {"find": ({"replace"}, set[str]()), "write": (set[str](), set[str]())}


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Replace the one place where `find` stands, or `write` a file that is not there. Raises EditError otherwise."""
    if "write" in edit:
        if source:
            raise EditError("the file is there already; `write` is for a new one")
        return str(edit["write"])
    count = source.count(edit["find"])
    if count != 1:
        raise EditError(f"the text {edit['find']!r} stands {count} times in the file and must stand exactly once")
    return source.replace(edit["find"], edit["replace"])
