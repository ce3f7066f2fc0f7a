"""The code that both plan, in a copy in which mistakes of the fault catalogue can be made and taken back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan_checks.contenders import HERE, ROOT
from testkit.faults import catalogue, edits, layers
from testkit.faults.catalogue import Entry

NETWORK = (HERE / "network").relative_to(ROOT)
"""The root module that is planned."""

# What both are to notice: a wrong value, a wrong connection, a wrong document, and things that are gone.
MADE = (
    "public-addresses-in-a-private-subnet",
    "private-subnet-routed-to-the-internet",
    "wildcard-iam-statement",
    "tag-missing",
    "flow-logs-removed",
)


@dataclass(frozen=True)
class Tree:
    """A copy of the modules, and of the root module that uses one of them."""

    folder: Path

    @contextmanager
    def broken_by(self, mistake: Entry) -> Iterator[None]:
        """Make a mistake, and take it back."""
        edits.apply_all(self.folder, mistake.file, mistake.edits, must_mean_something=True)
        try:
            yield
        finally:
            self.lay()

    def lay(self) -> None:
        """Copy what the plan is made from anew."""
        for part in (Path("terraform"), NETWORK):
            target = self.folder / part
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(
                ROOT / part, target, symlinks=True, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*")
            )


def known() -> list[Entry]:
    """Return the mistakes of the catalogue that are made, in the order of MADE."""
    folder = ROOT / "faults"
    by_id = {
        entry.id: entry for entry in catalogue.load(folder, layers.load(catalogue.read_yaml(folder / layers.FILE)))
    }
    return [by_id[each] for each in MADE]
