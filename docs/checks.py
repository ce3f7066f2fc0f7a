"""Writes docs/checks.md: every check of the repository on one page, from the tests' own docstrings.

    python docs/checks.py           # `make checks`
    python docs/checks.py --check   # changes nothing; fails where the page is not what the tests say

A test file's docstring is its question; a test's docstring says what goes wrong in production when it is red. The tests
are read, not run and not imported, so this needs nothing but Python.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "checks.md"

# Folder below tests/, title, and what the layer asks.
LAYERS = {
    layer["name"]: (layer["title"], layer["asks"])
    for layer in tomllib.loads((ROOT / "docs" / "layers.toml").read_text(encoding="utf-8"))["layer"]
}

_HEAD = """\
# What is checked

Each file of tests asks one question; each line below it is a test, and what would go wrong in production if it were
red. *Slow* ones are left out of `make test`. {tests} tests in {files} files; written by `make checks` from the tests'
docstrings, so change those.
"""

# How a docstring says that its text is the fault; on a page of nothing else it is noise.
_PREFIXES = ("Red: ", "If red, ")


class NoDocstring(ValueError):
    """A test, or a file of tests, does not say what it is for."""


@dataclass(frozen=True)
class Check:
    """One test. `fault` is what goes wrong in production when it is red."""

    name: str
    fault: str
    slow: bool


@dataclass(frozen=True)
class Question:
    """A file of tests."""

    file: Path
    text: str
    checks: tuple[Check, ...]


def page(root: Path = ROOT) -> str:
    """Return the whole page. Raises NoDocstring."""
    layers = {name: [question(file, root) for file in _files(root / "tests" / name)] for name in LAYERS}
    everything = [one for questions in layers.values() for one in questions]
    head = _HEAD.format(tests=sum(len(one.checks) for one in everything), files=len(everything))
    return head + "".join(_layer(name, questions) for name, questions in layers.items() if questions)


def question(file: Path, root: Path = ROOT) -> Question:
    """Read a file of tests. Raises NoDocstring."""
    tree, where = ast.parse(file.read_text(encoding="utf-8")), file.relative_to(root)
    slow = any(_is_slow(node.value) for node in tree.body if isinstance(node, ast.Assign))
    checks = tuple(_check(node, where, slow=slow or owner) for node, owner in _tests(tree))
    return Question(where, _first_paragraph(tree, f"{where}: the file"), checks)


def _files(folder: Path) -> list[Path]:
    # Files before folders, each by name: the same on every machine.
    return sorted(folder.rglob("test_*.py"), key=lambda file: (file.parent.parts, file.name))


def _tests(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, bool]]:
    """Yield each test, and whether the class around it is slow."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            slow = any(map(_is_slow, node.decorator_list))
            yield from ((one, slow) for one in node.body if _is_test(one))  # type: ignore[misc]
        elif _is_test(node):
            yield node, False  # type: ignore[misc]


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _check(node: ast.FunctionDef, where: Path, *, slow: bool) -> Check:
    fault = _first_paragraph(node, f"{where}: {node.name}")
    for prefix in _PREFIXES:
        fault = fault.removeprefix(prefix)
    slow = slow or any(map(_is_slow, node.decorator_list))
    return Check(node.name.removeprefix("test_").replace("_", " "), fault[:1].upper() + fault[1:], slow)


def _is_slow(mark: ast.expr) -> bool:
    return ast.unparse(mark).startswith("pytest.mark.slow")


def _first_paragraph(node: ast.Module | ast.FunctionDef, where: str) -> str:
    text = ast.get_docstring(node)
    if not text:
        raise NoDocstring(f"{where} has no docstring; it says what would go wrong in production if it were red")
    return " ".join(text.split("\n\n")[0].split())


def _layer(name: str, questions: list[Question]) -> str:
    title, asks = LAYERS[name]
    return f"\n## {title}\n\n{asks}\n" + "".join(map(_section, questions))


def _section(one: Question) -> str:
    rows = "".join(f"- **{check.name}**{' *(slow)*' if check.slow else ''}: {check.fault}\n" for check in one.checks)
    return f"\n### [{one.text}](../{one.file})\n\n{rows}"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is what the tests say; return the exit code."""
    try:
        wanted = page()
    except NoDocstring as error:
        print(f"checks: {error}", file=sys.stderr)
        return 1
    if "--check" not in arguments:
        TARGET.write_text(wanted, encoding="utf-8")
        print(TARGET.relative_to(ROOT))
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what the tests say: run `make checks`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
