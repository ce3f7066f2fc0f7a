"""What each layer's tests are: commands, side by side or not, time limit. `faults/layers.yaml` overrides or adds.

    unit:
      commands: ["{python} -m pytest tests/unit -x -q --junitxml={junit}"]
      jobs: 2                       # copies tested side by side
      limit: 300                    # seconds for one entry
      environment: {DJANGO_DEBUG: "0"}

`{python}` is the interpreter that runs the catalogue; `{junit}` is a file in JUnit's format that tells which test
failed. A command without it is judged by its exit code and its output.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testkit.faults.errors import CatalogueError

FILE = "layers.yaml"

LIMIT = 300.0
"""Seconds after which one entry is given up: a layer's whole budget is under that."""

# Random order, and the cache of the last failures, would make two runs of the catalogue differ.
_PYTEST = (
    "{python} -m pytest %s -x -q --no-header -p no:cacheprovider -p no:randomly -o junit_family=xunit1 "
    "--junitxml={junit}"
)


@dataclass(frozen=True)
class Layer:
    """One layer. Its commands run one after the other until the first that fails."""

    name: str
    commands: tuple[str, ...]
    jobs: int = 1
    limit: float = LIMIT
    environment: Mapping[str, str] = field(default_factory=dict)

    def filled(self, python: str, junit: Path) -> list[list[str]]:
        """Return the commands as lists of words."""
        return [
            [word.replace("{python}", python).replace("{junit}", str(junit)) for word in shlex.split(command)]
            for command in self.commands
        ]


# The cheapest first: it is also the order of a run.
DEFAULTS = (
    Layer("lint", ("{python} -m ruff check .", "{python} -m ruff format --check .")),
    Layer("unit", (_PYTEST % "tests/unit" + " -n 0 --no-cov",), jobs=2),
    *(Layer(name, (_PYTEST % f"tests/{name}",)) for name in ("pipeline", "terraform", "container", "k8s")),
)


def load(raw: Any) -> dict[str, Layer]:
    """Return all layers by name: the defaults, with what `raw` (the content of layers.yaml, or None) says instead.

    Raises CatalogueError for a field that does not exist or has the wrong type.
    """
    layers = {layer.name: layer for layer in DEFAULTS}
    if raw is not None and not isinstance(raw, Mapping):
        raise CatalogueError(f"{FILE}: a mapping from a layer's name to its fields is expected")
    for name, fields in (raw or {}).items():
        layers[name] = _layer(str(name), fields, layers.get(name))
    return layers


def _layer(name: str, fields: Any, base: Layer | None) -> Layer:
    known = {"commands": list, "jobs": int, "limit": (int, float), "environment": Mapping}
    if not isinstance(fields, Mapping) or not set(fields) <= set(known):
        raise CatalogueError(f"{FILE}: {name} is a mapping, and may have {', '.join(known)}")
    for key, kind in known.items():
        if key in fields and not isinstance(fields[key], kind):  # type: ignore[arg-type]
            raise CatalogueError(f"{FILE}: {name}: {key} is {fields[key]!r}, which is of the wrong type")
    if base is None and "commands" not in fields:
        raise CatalogueError(f"{FILE}: {name} is a new layer and needs commands")
    base = base or Layer(name, ())
    return Layer(
        name,
        tuple(fields.get("commands", base.commands)),
        fields.get("jobs", base.jobs),
        float(fields.get("limit", base.limit)),
        fields.get("environment", base.environment),
    )
