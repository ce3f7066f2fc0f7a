"""Whether a cluster that runs is the one that is wanted.

What a cluster was made of is written beside its kubeconfig once it is ready; without that, or when anything differs,
it is not trusted. Add-ons are told apart from the rest: they can be applied anew, the rest needs a new cluster.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Recipe:
    """What a cluster is made of.

    node_image: its id, not its name.
    config: hash of `kind.yaml`.
    addons: hash of the add-ons' files and images.
    http_port: None stands for any.
    """

    node_image: str
    config: str
    addons: str
    http_port: int | None

    @classmethod
    def of(cls, folder: Path, node_image: str, addon_images: Mapping[str, str], http_port: int | None) -> Self:
        """Read it from a cluster folder; images are given by their ids."""
        addons = [f"{name}={image}".encode() for name, image in sorted(addon_images.items())]
        for file in sorted(path for path in (folder / "addons").rglob("*") if path.is_file()):
            addons += [str(file.relative_to(folder)).encode(), file.read_bytes()]
        return cls(node_image, _hash((folder / "kind.yaml").read_bytes()), _hash(*addons), http_port)

    @classmethod
    def load(cls, file: Path) -> Self | None:
        """Return what was saved, None when that is missing or cannot be read."""
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, file: Path) -> None:
        """Write it for the next run."""
        file.write_text(json.dumps(asdict(self)))


def why_not(made: Recipe | None, wanted: Recipe, health: Mapping[str, bool]) -> str | None:
    """Return why a cluster cannot be reused, in a few words; None when it can.

    health: by what has to be true of it, such as "its node runs".
    """
    if made is None:
        return "it never became ready"
    for what, changed in {
        "its node image": made.node_image != wanted.node_image,
        "kind.yaml": made.config != wanted.config,
        "the port asked for": wanted.http_port not in {None, made.http_port},
    }.items():
        if changed:
            return f"{what} has changed"
    broken = [f"not true: {claim}" for claim, true in health.items() if not true]
    return broken[0] if broken else None


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
