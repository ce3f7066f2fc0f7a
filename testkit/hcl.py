"""Reads HCL (Terraform) as far as it takes to find blocks and attributes: comments, strings with interpolation,
here-documents, brackets. What an expression means is Terraform's business.

    items = read(path.read_text())
    group = block(items, "resource.aws_eks_node_group.this.lifecycle")     # an index where one is repeated: ingress[1]
    ignored = attribute(group, "ignore_changes")
    text = source(path.read_text(), ignored)                               # its value, as it is written

Syntax: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
from dataclasses import dataclass

CLOSING = {"(": ")", "[": "]", "{": "}"}

_BLANK = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[\w-]+")
_HEREDOC = re.compile(r"<<-?(?P<word>\w+)[ \t]*\n(?:.*?\n)??[ \t]*(?P=word)[ \t]*(?=\n|$)", re.DOTALL)
_STEP = re.compile(r"(?P<name>[^.\[\]]+)(?:\[(?P<index>\d+)\])?(?:\.|$)")


class HclError(ValueError):
    """The text is no HCL, or there is no such block in it."""


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
        comment = COMMENT.match(self.source, self.at)
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

    def _error(self, what: str) -> HclError:
        return HclError(f"line {self.source.count(chr(10), 0, self.at) + 1}: {what}")


def read(text: str) -> list[Item]:
    """Return the blocks and attributes of a file. Raises HclError."""
    return _Parser(text).body(nested=False)


def block(items: list[Item], address: str) -> Item:
    """Return the block at an address, `resource.aws_vpc.this` or `locals`. Raises HclError."""
    steps = list(_STEP.finditer(address))
    if "".join(step[0] for step in steps) != address or not steps:
        raise HclError(f"the address {address!r} cannot be read")
    found: list[Item] = []
    while steps:
        names = [step["name"] for step in steps]
        found = [item for item in items if item.items is not None and list(item.names) == names[: len(item.names)]]
        if not found:
            raise HclError(f"{address}: there is no block {'.'.join(names)}")
        length = len(found[0].names)
        index = steps[length - 1]["index"]
        if index is None and len(found) > 1:
            raise HclError(f"{address} fits {len(found)} blocks and must fit one: add an index, as in {names[0]}[0]")
        if int(index or 0) >= len(found):
            raise HclError(f"{address}: there are only {len(found)} such blocks")
        found = [found[int(index or 0)]]
        items, steps = found[0].items or [], steps[length:]
    return found[0]


def attribute(owner: Item, name: str) -> Item | None:
    """Return an attribute of a block by its name."""
    return next((item for item in owner.items or [] if item.items is None and item.names == (name,)), None)


def source(text: str, item: Item) -> str:
    """Return what is written between a block's brackets, or behind an attribute's equals sign."""
    return text[slice(*item.inner)]
