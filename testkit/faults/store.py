"""Remember results, so that an interrupted run goes on where it stopped and an unchanged entry is not tried twice."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from testkit.faults.catalogue import Entry
from testkit.faults.layers import Layer


class Store:
    """Results by a hash of all that decides them: the tree, the layer's commands, the entry.

    file: where they are kept; results for other trees than `tree` are dropped.
    fresh: forget what is there.
    """

    def __init__(self, file: Path, tree: str, *, fresh: bool) -> None:
        self._file = file
        self._tree = tree
        self._data: dict[str, Any] = {}
        if not fresh and file.is_file():
            kept = json.loads(file.read_text(encoding="utf-8"))
            self._data = kept["results"] if kept["tree"] == tree else {}

    def get(self, layer: Layer, entry: Entry | None) -> Any:
        """Return what was put for an entry, or for the unchanged copy (None); None when there is nothing."""
        return self._data.get(_key(layer, entry))

    def put(self, layer: Layer, entry: Entry | None, data: Any) -> None:
        """Keep `data` and write the file at once: the next line of the run may be its last."""
        self._data[_key(layer, entry)] = data
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps({"tree": self._tree, "results": self._data}, indent=1), encoding="utf-8")
        new.replace(self._file)


def _key(layer: Layer, entry: Entry | None) -> str:
    text = json.dumps([asdict(layer), asdict(entry) if entry else None], sort_keys=True, default=str)
    return f"{entry.id if entry else 'unchanged ' + layer.name} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
