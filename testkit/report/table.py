"""The repository's table: which layers there are, where their results lie, whose versions matter."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class TableError(ValueError):
    """The table is not what is expected; the message names the file and the field."""


@dataclass(frozen=True)
class Run:
    """One command that writes one JUnit file; a row of the picture."""

    title: str
    asks: str
    file: str
    verb: str
    within: str = ""


@dataclass(frozen=True)
class Table:
    """What is reported on."""

    title: str
    runs: tuple[Run, ...]
    coverage: str = ""
    more: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    tools: tuple[tuple[str, str], ...] = ()


def read(file: Path) -> Table:
    """Read the table. Raises TableError."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        return Table(
            raw["title"],
            tuple(run for layer in raw["layer"] for run in _runs(layer)),
            raw.get("coverage", ""),
            tuple(raw.get("more", ())),
            tuple(raw.get("packages", ())),
            tuple(raw.get("tools", {}).items()),
        )
    except OSError as error:
        raise TableError(f"{file} cannot be read: {error.strerror}") from error
    except KeyError as error:
        raise TableError(f"{file}: {error.args[0]} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise TableError(f"{file} is no table of layers: {error}") from error


def _runs(layer: dict[str, Any]) -> list[Run]:
    return [
        Run(
            ": ".join(part for part in (layer["title"], run.get("part", "")) if part),
            layer["asks"],
            run["file"],
            run["verb"],
            run.get("within", ""),
        )
        for run in layer["runs"]
    ]
