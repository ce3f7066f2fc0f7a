"""Read the catalogue: every `*.yaml` of its folder except `layers.yaml` is a list of entries."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from testkit.faults.edits import Edit, shape_error
from testkit.faults.errors import CatalogueError
from testkit.faults.layers import FILE as LAYERS_FILE

REQUIRED = {"id", "kind", "file", "production", "layer"}
OPTIONAL = {"edit", "edits", "names"}
KINDS = ("fault", "harmless")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Entry:
    """One edit and what it must bring about; `faults/README.md` describes each field."""

    id: str
    kind: str
    file: str
    edits: tuple[Edit, ...]
    production: str
    layer: str
    names: tuple[str, ...]

    @property
    def is_fault(self) -> bool:
        return self.kind == "fault"

    def named_in(self, message: str) -> bool:
        """Say whether `message` names the thing at fault."""
        return any(re.search(name, message) for name in self.names)


def load(folder: Path, layers: Iterable[str]) -> list[Entry]:
    """Return all entries of the catalogue, in the order of files and lines.

    layers: names of the layers that exist.

    Raises CatalogueError, which names file and entry, for whatever does not fit.
    """
    if not folder.is_dir():
        raise CatalogueError(f"there is no catalogue folder {folder}; name it with --catalogue")
    known: dict[str, Entry] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name == LAYERS_FILE:
            continue
        for position, raw in enumerate(_list_in(file), start=1):
            where = f"{file.name}: {_label(raw, position)}"
            entry = _entry(raw, where, set(layers))
            if entry.id in known:
                raise CatalogueError(f"{where}: this id is taken already; ids are unique over all files")
            known[entry.id] = entry
    if not known:
        raise CatalogueError(f"the catalogue folder {folder} holds no entries")
    return list(known.values())


def read_yaml(file: Path) -> Any:
    """Return the content of a YAML 1.2 file. Raises CatalogueError when it does not parse."""
    try:
        return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise CatalogueError(f"{file.name} is no valid YAML: {' '.join(str(error).split())}") from None


def _list_in(file: Path) -> list[Any]:
    content = read_yaml(file)
    if not isinstance(content, list):
        raise CatalogueError(f"{file.name}: a list of entries is expected, each beginning with '- id:'")
    return content


def _label(raw: Any, position: int) -> str:
    named = isinstance(raw, Mapping) and isinstance(raw.get("id"), str)
    return str(raw["id"]) if named else f"entry {position}"


def _entry(raw: Any, where: str, layers: set[str]) -> Entry:
    if not isinstance(raw, Mapping):
        raise CatalogueError(f"{where}: an entry is a mapping with {', '.join(sorted(REQUIRED))}")
    for problem in _problems(raw, layers):
        raise CatalogueError(f"{where}: {problem}")
    edits = tuple(raw["edits"]) if "edits" in raw else (raw["edit"],)
    for edit in edits:
        misfit = _edit_problem(edit, raw["file"])
        if misfit:
            raise CatalogueError(f"{where}: {misfit}")
    return Entry(
        raw["id"], raw["kind"], raw["file"], edits, raw["production"], raw["layer"], tuple(raw.get("names", ()))
    )


def _problems(raw: Mapping[str, Any], layers: set[str]) -> Iterator[str]:
    if missing := REQUIRED - set(raw):
        yield f"{', '.join(sorted(missing))} is missing"
    if unknown := set(raw) - REQUIRED - OPTIONAL:
        yield f"{', '.join(map(str, sorted(unknown)))} is no field of an entry"
    for field in sorted(REQUIRED):
        if not isinstance(raw[field], str) or not raw[field].strip():
            yield f"{field} must be a text that says something"
    if not _ID.fullmatch(raw["id"]):
        yield "an id consists of small letters and digits, joined by hyphens"
    if raw["kind"] not in KINDS:
        yield f"kind is {raw['kind']!r} and must be fault or harmless"
    if raw["layer"] not in layers:
        yield f"layer is {raw['layer']!r} and must be one of {', '.join(sorted(layers))}"
    if ("edit" in raw) == ("edits" in raw):
        yield "either edit or edits must be given"
    if not isinstance(raw.get("edits", []), list) or raw.get("edits", True) == []:
        yield "edits must be a list with something in it"
    yield from _name_problems(raw)


def _name_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    names = raw.get("names")
    if raw["kind"] == "harmless":
        if names is not None:
            yield "names belongs to a fault; a harmless edit has nothing to be named"
        return
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        yield "names must list at least one regular expression that the failing test's message matches"
        return
    for name in names:
        try:
            re.compile(name)
        except re.error as error:
            yield f"the name {name!r} is no regular expression: {error}"


def _edit_problem(edit: Any, file: str) -> str | None:
    if not isinstance(edit, Mapping):
        return "an edit is a mapping, such as {find: …, replace: …}"
    target = edit.get("file", file)
    if not isinstance(target, str) or target.startswith("/") or ".." in target.split("/"):
        return f"file is {target!r} and must be a path inside the repository"
    return shape_error(target, edit)
