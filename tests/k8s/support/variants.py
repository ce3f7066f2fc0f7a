"""Images made from the one under test: another release of the same code, or a bad one. They cost a second each."""

import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from testkit import containers, images
from testkit.kube.cluster import Cluster

MIGRATIONS = "/app/links/migrations"

# The name that a later migration has, and what it stands on: the last one of the image that it is added to.
ADDED = "9000_added"
ADDED_COLUMN = "purpose"

_MIGRATION = """\
from pathlib import Path

from django.db import migrations, models

LAST = max(file.stem for file in Path(__file__).parent.glob("[0-8]*_*.py"))


def fail(*_):
    raise RuntimeError("this migration was written to fail")


class Migration(migrations.Migration):
    dependencies = [("links", LAST)]
    operations = [{operation}]
"""

# As a release would bring it that is going to write down why a link was made.
EXPANDS = _MIGRATION.format(
    operation=f'migrations.AddField("link", "{ADDED_COLUMN}", models.CharField(max_length=80, null=True))'
)
FAILS = _MIGRATION.format(operation="migrations.RunPython(fail)")


class Variants:
    """Makes them, and pushes them to the cluster's registry."""

    def __init__(self, cluster: Cluster, image: str, say: Callable[[str], None]) -> None:
        self._cluster = cluster
        self._image = image
        self._say = say

    def push(self, version: str, *, lines: Sequence[str] = (), migration: str = "") -> tuple[str, str]:
        """Make an image that differs in its VERSION, and push it; return its reference for manifests and its VERSION.

        lines: further instructions of its Dockerfile.
        migration: Python source of a migration that it has in addition.
        """
        # A word of chance: the cluster may be a kept one, which has seen this variant of an earlier run.
        version = f"{version}-{secrets.token_hex(3)}"
        files = {f"{ADDED}.py": migration} if migration else {}
        copies = [f"COPY --chown=0:0 {name} {MIGRATIONS}/" for name in files]
        tag = f"strata-variant:{self._cluster.name}-{version}"
        try:
            _build(tag, [f"FROM {self._image}", f"ENV VERSION={version}", *copies, *lines], files)
            reference = self._cluster.push(tag, "strata")
        finally:
            images.forget(tag)
        self._say(f"pushed the variant {version}")
        return reference, version


def _build(tag: str, lines: Sequence[str], files: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="variant-") as folder:
        for name, text in {**files, "Dockerfile": "\n".join(lines)}.items():
            (Path(folder) / name).write_text(text)
        # The engine's own builder: BuildKit knows no image by its id, and would ask a registry for it.
        containers.engine().images.build(path=folder, tag=tag, rm=True, forcerm=True)
