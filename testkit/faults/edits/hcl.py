"""Edits of HCL (Terraform) by address: `resource.aws_subnet.private`, `module.vpc`, `locals`, and into nested blocks,
`resource.aws_eks_node_group.main.scaling_config`, with an index where a block is repeated: `….ingress[1]`.

The parser knows as much of HCL as it takes to find blocks and attributes: comments, strings with interpolation,
here-documents, brackets. Syntax: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import json
import re
import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from testkit.faults.errors import EditError

SHAPES = {
    "set": ({"address", "attribute"}, set[str]()),
    "delete": ({"address"}, {"attribute"}),
    "append": (set[str](), {"address"}),
}

CLOSING = {"(": ")", "[": "]", "{": "}"}

_BLANK = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[\w-]+")
_HEREDOC = re.compile(r"<<-?(?P<word>\w+)[ \t]*\n(?:.*?\n)??[ \t]*(?P=word)[ \t]*(?=\n|$)", re.DOTALL)
_STEP = re.compile(r"(?P<name>[^.\[\]]+)(?:\[(?P<index>\d+)\])?(?:\.|$)")


@dataclass
class Item:
    """An attribute (`names` has its name, `inner` its value) or a block (type and labels, and what is between {})."""

    names: tuple[str, ...]
    outer: tuple[int, int]
    inner: tuple[int, int]
    items: "list[Item] | None" = None


@dataclass
class _Parser:
    source: str
    at: int = 0

    def body(self, *, nested: bool) -> list[Item]:
        """Read attributes and blocks up to the end of the file or the closing brace."""
        items: list[Item] = []
        while True:
            self._skip_blank()
            if self.at == len(self.source):
                if nested:
                    raise self._error("a { is not closed")
                return items
            if self.source[self.at] == "}":
                if not nested:
                    raise self._error("a } closes nothing")
                return items
            items.append(self._item())

    def _item(self) -> Item:
        start = self.at
        names: list[str] = []
        while True:
            self._skip_blank()
            sign = self.source[self.at : self.at + 1]
            if sign == "=" and len(names) == 1:
                self.at += 1
                return self._attribute(start, names)
            if sign == "{" and names:
                return self._block(start, names)
            names.append(self._name())

    def _name(self) -> str:
        if self.source.startswith('"', self.at):
            start = self.at
            self._string()
            return self.source[start + 1 : self.at - 1]
        word = _WORD.match(self.source, self.at)
        if word is None:
            raise self._error("here a name, = or { is expected")
        self.at = word.end()
        return word[0]

    def _attribute(self, start: int, names: list[str]) -> Item:
        while self.source[self.at : self.at + 1] in {" ", "\t"}:
            self.at += 1
        value = self.at
        self._expression(ends=("\n", "}"))
        end = value + len(self.source[value : self.at].rstrip())
        if end == value:
            raise self._error(f"{names[0]} has no value")
        return Item(tuple(names), (start, end), (value, end))

    def _block(self, start: int, names: list[str]) -> Item:
        self.at += 1
        inside = self.at
        items = self.body(nested=True)
        self.at += 1
        return Item(tuple(names), (start, self.at), (inside, self.at - 1), items)

    def _expression(self, ends: tuple[str, ...]) -> None:
        """Go to the first of `ends` outside of all brackets and strings; a comment counts as the line's end."""
        while self.at < len(self.source):
            sign = self.source[self.at]
            if sign in ends or ("\n" in ends and self.source.startswith(("#", "//"), self.at)):
                return
            if sign in CLOSING:
                opened = self.at
                self.at += 1
                self._expression(ends=(CLOSING[sign],))
                if self.at == len(self.source):
                    self.at = opened
                    raise self._error(f"a {sign} is not closed")
                self.at += 1
            elif sign in CLOSING.values():
                raise self._error(f"a {sign} closes nothing")
            else:
                self._token(sign)

    def _token(self, sign: str) -> None:
        comment = _COMMENT.match(self.source, self.at)
        heredoc = _HEREDOC.match(self.source, self.at)
        if sign == '"':
            self._string()
        elif heredoc:
            self.at = heredoc.end()
        elif comment:
            self.at = comment.end()
        elif self.source.startswith("<<", self.at) and _WORD.match(self.source, self.at + 2):
            raise self._error("a here-document has no end")
        else:
            self.at += 1

    def _string(self) -> None:
        opened = self.at
        self.at += 1
        while self.at < len(self.source):
            if self.source[self.at] == "\\":
                self.at += 2
            elif self.source.startswith(("$${", "%%{"), self.at):
                self.at += 3
            elif self.source.startswith(("${", "%{"), self.at):
                self.at += 2
                self._expression(ends=("}",))
                self.at += 1
            elif self.source[self.at] == '"':
                self.at += 1
                return
            elif self.source[self.at] == "\n":
                break
            else:
                self.at += 1
        self.at = opened
        raise self._error("a string is not closed")

    def _skip_blank(self) -> None:
        blank = _BLANK.match(self.source, self.at)
        self.at = blank.end() if blank else self.at

    def _error(self, what: str) -> EditError:
        return EditError(f"line {self.source.count(chr(10), 0, self.at) + 1}: {what}")


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Set or delete an attribute, delete a block, or append to a block or to the file."""
    items = _Parser(source).body(nested=False)
    if "address" not in edit:
        return source.rstrip("\n") + "\n\n" + textwrap.dedent(edit["append"]).strip() + "\n"
    block = _find(items, edit["address"])
    if "append" in edit:
        return _appended(source, block, edit["append"])
    if "attribute" not in edit:
        return _without(source, block)
    attribute = _attribute(block, edit["attribute"])
    if "delete" in edit:
        if attribute is None:
            raise EditError(f"{edit['address']} has no attribute {edit['attribute']}")
        return _without(source, attribute)
    value = _literal(edit["set"])
    if attribute is None:
        return _appended(source, block, f"{edit['attribute']} = {value}")
    start, end = attribute.inner
    return source[:start] + value + source[end:]


def parse(source: str) -> str:
    """Return the text, after a check by our own parser and, where it is installed, by Terraform's."""
    _Parser(source).body(nested=False)
    terraform = shutil.which("terraform")
    if terraform:
        done = subprocess.run(  # noqa: S603  # fixed words
            [terraform, "fmt", "-no-color", "-"], input=source, text=True, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise EditError(" ".join(done.stderr.split()))
        return done.stdout
    return source


def _find(items: list[Item], address: str) -> Item:
    steps = list(_STEP.finditer(address))
    if "".join(step[0] for step in steps) != address or not steps:
        raise EditError(f"the address {address!r} cannot be read")
    found: list[Item] = []
    while steps:
        names = [step["name"] for step in steps]
        found = [item for item in items if item.items is not None and list(item.names) == names[: len(item.names)]]
        if not found:
            raise EditError(f"{address}: there is no block {'.'.join(names)}")
        length = len(found[0].names)
        index = steps[length - 1]["index"]
        if index is None and len(found) > 1:
            raise EditError(f"{address} fits {len(found)} blocks and must fit one: add an index, as in {names[0]}[0]")
        if int(index or 0) >= len(found):
            raise EditError(f"{address}: there are only {len(found)} such blocks")
        found = [found[int(index or 0)]]
        items, steps = found[0].items or [], steps[length:]
    return found[0]


def _attribute(block: Item, name: str) -> Item | None:
    return next((item for item in block.items or [] if item.items is None and item.names == (name,)), None)


def _literal(value: Any) -> str:
    """Return HCL for a value: text is taken as HCL source as it is, numbers and truth values as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _without(source: str, item: Item) -> str:
    """Take out an item, and its lines when it stood alone on them."""
    start, end = item.outer
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", end)
    line_end = len(source) if line_end < 0 else line_end + 1
    if not source[line_start:start].strip() and not _COMMENT.sub("", source[end:line_end]).strip():
        start, end = line_start, line_end
    return source[:start] + source[end:]


def _appended(source: str, block: Item, text: str) -> str:
    inside, end = block.inner
    line_start = source.rfind("\n", 0, block.outer[0]) + 1
    margin = re.match(r"[ \t]*", source[line_start:])
    indent = margin[0] if margin else ""
    added = textwrap.indent(textwrap.dedent(text).strip(), indent + "  ")
    return f"{source[:inside]}{source[inside:end].rstrip()}\n{added}\n{indent}{source[end:]}"
