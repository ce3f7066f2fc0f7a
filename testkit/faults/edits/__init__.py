"""Edits by structure: each format has a module that changes its text and leaves the rest as it was.

A module offers `SHAPES` (its operations with the keys that each must and may have), `apply(source, edit)` and, where
the format can be checked, `parse(source)`: it raises EditError for what does not parse, and returns a value that is
equal for two texts that mean the same.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from testkit.faults.edits import dockerfile, hcl, others, python, text, toml, yaml
from testkit.faults.errors import EditError

Edit = Mapping[str, Any]


class Format(Protocol):
    """What each module of this package offers."""

    @property
    def SHAPES(self) -> Mapping[str, tuple[set[str], set[str]]]: ...  # noqa: N802  # a constant of the modules

    def apply(self, source: str, edit: Edit) -> str: ...


def format_of(file: str, edit: Edit) -> Format:
    """Return the module that understands `edit` of `file`: `find` and `write` mean text, else the name decides."""
    if "find" in edit or "write" in edit:
        return text
    name = PurePosixPath(file).name
    if name.startswith("Dockerfile") or name.endswith(".Dockerfile"):
        return dockerfile
    by_suffix: dict[str, Format] = {
        ".py": python,
        ".yaml": yaml,
        ".yml": yaml,
        ".toml": toml,
        ".tf": hcl,
        ".tfvars": hcl,
        ".hcl": hcl,
    }
    return by_suffix.get(PurePosixPath(file).suffix, text)


def shape_error(file: str, edit: Edit) -> str | None:
    """Return what is wrong with the keys of `edit`, or None."""
    shapes = format_of(file, edit).SHAPES
    operations = [key for key in edit if key in shapes]
    if len(operations) != 1:
        return f"an edit of {file} needs exactly one of {_listed(shapes)}, and has {_listed(operations) or 'none'}"
    required, optional = shapes[operations[0]]
    missing = required - set(edit)
    unknown = set(edit) - required - optional - {operations[0], "file"}
    if missing:
        return f"{operations[0]} in {file} also needs {_listed(missing)}"
    if unknown:
        return f"{operations[0]} in {file} does not know {_listed(unknown)}; it may have {_listed(required | optional)}"
    return None


def apply_all(root: Path, default_file: str, edits: tuple[Edit, ...], *, must_mean_something: bool) -> None:
    """Apply `edits` in their order to the files under `root`.

    default_file: file of an edit that names none.
    must_mean_something: refuse a result that says the same as before, such as a changed comment.

    Raises EditError when an edit does not fit, or the result does not parse, or nothing changed.
    """
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for edit in edits:
        file = edit.get("file", default_file)
        if file not in before:
            new = "write" in edit and not (root / file).exists()
            before[file] = after[file] = "" if new else _read(root, file)
        after[file] = format_of(file, edit).apply(after[file], edit)
    meanings = [_meanings(file, before[file], after[file]) for file in after]
    if must_mean_something and all(old == new for old, new in meanings):
        raise EditError("the edit changes nothing but the layout of the text, so there is no fault to notice")
    for file, source in after.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(source, encoding="utf-8")


def _read(root: Path, file: str) -> str:
    path = root / file
    if not path.is_file():
        raise EditError(f"there is no file {file}")
    return path.read_text(encoding="utf-8")


def _meanings(file: str, before: str, after: str) -> tuple[object, object]:
    if before == after:
        raise EditError(f"the edit leaves {file} as it was")
    parse = _parser_of(file)
    try:
        return parse(before), parse(after)
    except EditError as error:
        raise EditError(f"{file} does not parse any more: {error}") from None


def _parser_of(file: str) -> Callable[[str], object]:
    own = getattr(format_of(file, {}), "parse", None)
    return own or others.PARSERS.get(PurePosixPath(file).suffix, str)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
