"""Edits of Python by syntax tree: what is looked for is compared as code, so that layout and quotes do not matter.

A pattern is an expression, one or more statements, a keyword argument (`timeout=5`) or an item of a dict
(`"DEBUG": False`). Only the text of what is found changes; the rest of the file keeps its layout.
"""

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from testkit.faults.errors import EditError

SHAPES = {
    "replace": ({"with"}, {"within", "all"}),
    "delete": (set[str](), {"within", "all"}),
    "rename": ({"within"}, set[str]()),
}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Change = tuple[int, int, str]


@dataclass(frozen=True)
class Found:
    """Nodes that fit a pattern, one after the other. `body` is the list of statements they stand in, if they do."""

    nodes: Sequence[ast.AST]
    body: Sequence[ast.stmt] = ()
    listed: bool = False
    decorator: bool = False


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Replace or delete what fits a pattern, or rename a local name of a function."""
    tree = parse_tree(source)
    scope = _scope(tree, edit.get("within"))
    place = _Places(source)
    if "rename" in edit:
        return place.changed(_renamed(scope, edit["rename"], place))
    pattern = edit["replace"] if "replace" in edit else edit["delete"]
    found = list(_fits(scope, pattern, deleting="delete" in edit))
    if not found or (len(found) > 1 and not edit.get("all")):
        where = f" within {edit['within']}" if "within" in edit else ""
        raise EditError(f"{pattern!r} stands {len(found)} times{where} and must stand exactly once (or set all: true)")
    if "replace" in edit:
        return place.changed([place.replacement(each, edit["with"]) for each in found])
    return place.changed([place.deletion(each) for each in found])


def parse(source: str) -> str:
    """Return the syntax tree as text, without layout and comments."""
    return ast.dump(parse_tree(source))


def parse_tree(source: str) -> ast.Module:
    """Return the syntax tree, checked as far as the compiler checks."""
    try:
        tree = ast.parse(source)
        compile(source, "<edited>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise EditError(str(error)) from None
    return tree


def _scope(tree: ast.Module, within: str | None) -> ast.AST:
    scope: ast.AST = tree
    for name in within.split(".") if within else []:
        found = [node for node in _definitions(scope) if node.name == name]
        if len(found) != 1:
            raise EditError(f"within {within}: {name} is defined {len(found)} times and must be defined exactly once")
        scope = found[0]
    return scope


def _definitions(scope: ast.AST) -> Iterator[Definition]:
    """Yield the functions and classes directly in `scope`, also those under an `if` or `try`."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, DEFINITIONS):
            yield node
        elif isinstance(node, (ast.stmt, ast.excepthandler)):
            yield from _definitions(node)


# Finding


def _fits(scope: ast.AST, pattern: str, *, deleting: bool) -> Iterator[Found]:
    item = _as_dict_item(pattern)
    if item is not None:
        yield from _dict_items(scope, item)
        return
    statements = _as_statements(pattern)
    if len(statements) == 1 and isinstance(statements[0], ast.Expr):
        wanted = ast.unparse(statements[0].value)
        yield from _removable(scope, wanted) if deleting else _expressions(scope, wanted)
        return
    yield from _sequences(scope, statements)
    if len(statements) == 1 and isinstance(statements[0], ast.Assign):
        yield from _keywords(scope, statements[0])


def _as_statements(pattern: str) -> list[ast.stmt]:
    try:
        return ast.parse(textwrap.dedent(pattern)).body
    except SyntaxError as error:
        raise EditError(f"the pattern {pattern!r} is no Python: {error.msg}") from None


def _as_dict_item(pattern: str) -> tuple[str, str] | None:
    """Return key and value when the pattern is an item of a dict, and nothing else."""
    try:
        ast.parse(textwrap.dedent(pattern))
    except SyntaxError:
        pass
    else:
        return None
    try:
        node = ast.parse("{" + pattern + "}", mode="eval").body
    except SyntaxError:
        return None
    if isinstance(node, ast.Dict) and len(node.keys) == 1 and node.keys[0] is not None:
        return ast.unparse(node.keys[0]), ast.unparse(node.values[0])
    return None


def _expressions(scope: ast.AST, wanted: str) -> Iterator[Found]:
    for node in ast.walk(scope):
        if isinstance(node, ast.expr) and ast.unparse(node) == wanted:
            yield Found([node])


def _removable(scope: ast.AST, wanted: str) -> Iterator[Found]:
    """Yield where an expression may be left out: as a statement, a decorator, an element or an argument."""
    for node in ast.walk(scope):
        for body in _bodies(node):
            yield from (
                Found([each], body) for each in body if isinstance(each, ast.Expr) and ast.unparse(each) == wanted
            )
        if isinstance(node, DEFINITIONS):
            yield from (Found([each], decorator=True) for each in node.decorator_list if ast.unparse(each) == wanted)
        elements = node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else []
        arguments = node.args if isinstance(node, ast.Call) else []
        for each in [*elements, *arguments]:
            if ast.unparse(each) == wanted:
                yield Found([each], listed=True)


def _keywords(scope: ast.AST, wanted: ast.Assign) -> Iterator[Found]:
    text = ("=".join(map(ast.unparse, wanted.targets)), ast.unparse(wanted.value))
    for node in ast.walk(scope):
        if isinstance(node, ast.keyword) and (node.arg, ast.unparse(node.value)) == text:
            yield Found([node], listed=True)


def _dict_items(scope: ast.AST, wanted: tuple[str, str]) -> Iterator[Found]:
    for node in ast.walk(scope):
        if not isinstance(node, ast.Dict):
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and (ast.unparse(key), ast.unparse(value)) == wanted:
                yield Found([key, value], listed=True)


def _sequences(scope: ast.AST, wanted: list[ast.stmt]) -> Iterator[Found]:
    texts = [ast.unparse(each) for each in wanted]
    for node in ast.walk(scope):
        for body in _bodies(node):
            for start in range(len(body) - len(texts) + 1):
                window = body[start : start + len(texts)]
                if [ast.unparse(each) for each in window] == texts:
                    yield Found(window, body)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list) and body:
            yield body


# Changing


class _Places:
    """Where the nodes of a tree stand in the text; the tree counts in bytes of UTF-8."""

    def __init__(self, source: str) -> None:
        self.source = source.encode()
        self.lines = [0]
        for line in self.source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def changed(self, changes: list[Change]) -> str:
        result = self.source
        for start, end, text in sorted(changes, reverse=True):
            result = result[:start] + text.encode() + result[end:]
        return result.decode()

    def span(self, nodes: Sequence[Any]) -> tuple[int, int]:
        first, last = nodes[0], nodes[-1]
        line = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", []))])
        start = self.lines[line - 1] + first.col_offset
        end = self.lines[last.end_lineno - 1] + last.end_col_offset
        if len(nodes) == 1 and isinstance(first, ast.expr):
            self._must_be(first, self.source[start:end].decode())
        return start, end

    def replacement(self, found: Found, text: str) -> Change:
        start, end = self.span(found.nodes)
        before = self._line_before(start)
        indent = before if not before.strip() else ""
        return start, end, textwrap.indent(textwrap.dedent(text).strip(), indent).removeprefix(indent)

    def deletion(self, found: Found) -> Change:
        start, end = self.span(found.nodes)
        if found.listed:
            return self._with_comma(start, end)
        if found.decorator:
            return self.source.rindex(b"@", 0, start), self._line_end(end), ""
        alone = not self._line_before(start).strip() and re.match(rb"\s*(#|$)", self._line_rest(end))
        if len(found.nodes) == len(found.body) or not alone:
            return start, end, "pass"
        return start - len(self._line_before(start)), self._line_end(end), ""

    def _must_be(self, node: ast.expr, text: str) -> None:
        # Python 3.11 gives the parts of an f-string places that are not theirs.
        try:
            same = ast.unparse(ast.parse(f"({text}\n)", mode="eval").body) == ast.unparse(node)
        except SyntaxError:
            same = False
        if not same:
            raise EditError(f"{ast.unparse(node)!r} stands inside an f-string, where it has no place of its own")

    def _with_comma(self, start: int, end: int) -> Change:
        after = re.match(rb"\s*,[ \t]*", self.source[end:])
        if after:
            return start, end + after.end(), ""
        before = re.search(rb",\s*$", self.source[:start])
        return (before.start() if before else start), end, ""

    def _line_before(self, start: int) -> str:
        return self.source[self.source.rfind(b"\n", 0, start) + 1 : start].decode()

    def _line_rest(self, end: int) -> bytes:
        return self.source[end : self._line_end(end)].rstrip(b"\n")

    def _line_end(self, end: int) -> int:
        newline = self.source.find(b"\n", end)
        return len(self.source) if newline < 0 else newline + 1


def _renamed(scope: ast.AST, names: Mapping[str, str], place: _Places) -> list[Change]:
    """Return the changes that rename a local of a function; a parameter is refused, for callers may use its name."""
    if set(names) != {"from", "to"}:
        raise EditError(f"rename needs from and to, and has {', '.join(names)}")
    old, new = names["from"], names["to"]
    if not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        raise EditError("rename needs a function in within, for only there a name is local")
    uses = [node for node in ast.walk(scope) if isinstance(node, ast.Name) and node.id == old]
    if not any(isinstance(node.ctx, ast.Store) for node in uses):
        raise EditError(f"{old} is no local name of {scope.name}: nothing assigns it there")
    if _has_another_meaning(scope, old):
        raise EditError(f"{old} is more than a local name of {scope.name} (parameter, global, nonlocal or except … as)")
    if any(isinstance(node, ast.Name) and node.id == new for node in ast.walk(scope)):
        raise EditError(f"{new} is used in {scope.name} already")
    return [(*place.span([node]), new) for node in uses]


def _has_another_meaning(scope: ast.AST, name: str) -> bool:
    return any(
        (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names)
        or (isinstance(node, ast.ExceptHandler) and node.name == name)
        for node in ast.walk(scope)
    )
