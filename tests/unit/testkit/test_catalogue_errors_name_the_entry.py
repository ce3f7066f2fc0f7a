"""Does a mistake in the catalogue get one sentence that names the file, the entry and what is right?"""

import textwrap
from pathlib import Path

import pytest

from testkit.faults import catalogue, layers
from testkit.faults.errors import CatalogueError

GOOD = """
- id: expiry-off-by-one
  kind: fault
  file: webapp/links/services.py
  edit: {replace: "a <= b", with: "a < b"}
  production: A link is served one second too long.
  layer: unit
  names: [expir]
"""

HARMLESS = """
- id: a-comment
  kind: harmless
  file: webapp/links/services.py
  edit: {find: "x", replace: "y"}
  production: Nobody executes comments.
  layer: unit
"""


def load(folder: Path, text: str, name: str = "app.yaml") -> list[catalogue.Entry]:
    (folder / name).write_text(textwrap.dedent(text))
    return catalogue.load(folder, ["unit", "lint"])


def test_a_good_catalogue_is_read(tmp_path: Path) -> None:
    """Otherwise all other tests of this file prove nothing."""
    entries = load(tmp_path, GOOD + HARMLESS)

    assert [(entry.id, entry.kind) for entry in entries] == [("expiry-off-by-one", "fault"), ("a-comment", "harmless")]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  layer: unit\n", "", "layer is missing"),
        ("layer: unit", "layer: units", "layer is 'units' and must be one of lint, unit"),
        ("kind: fault", "kind: mistake", "must be fault or harmless"),
        ("names: [expir]", "names: []", "names must list at least one"),
        ("names: [expir]", "names: ['(']", "no regular expression"),
        ("names: [expir]", "name: [expir]", "name is no field of an entry"),
        ("  edit:", "  edits:", "edits must be a list"),
        ("production: A link is served one second too long.", "production: ''", "production must be a text"),
        ("webapp/links/services.py", "../services.py", "must be a path inside the repository"),
        ("webapp/links/services.py", "/etc/passwd.py", "must be a path inside the repository"),
        (', with: "a < b"', "", "replace in webapp/links/services.py also needs with"),
        ('with: "a < b"', 'with: "a < b", wihtin: f', "does not know wihtin; it may have all, with, within"),
        ("replace:", "swap:", "needs exactly one of delete, rename, replace, and has none"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, reason: str) -> None:
    """Otherwise an entry with a typo is tried for half a minute, and its verdict is about the typo."""
    assert old in GOOD, f"the test's own text {old!r} is not in the good entry"

    with pytest.raises(CatalogueError, match=r"^app\.yaml: expiry-off-by-one: ") as raised:
        load(tmp_path, GOOD.replace(old, new))

    assert reason in str(raised.value), raised.value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\n", "app.yaml: a list of entries is expected"),
        ("- a\n", "app.yaml: entry 1: an entry is a mapping"),
        ("- a: [\n", "app.yaml is no valid YAML"),
        (GOOD + GOOD, "app.yaml: expiry-off-by-one: this id is taken already"),
        (GOOD.replace("expiry-off-by-one", "Expiry_1"), "an id consists of small letters"),
        (HARMLESS + "  names: [x]\n", "names belongs to a fault"),
        ("[]", "holds no entries"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """Otherwise the reader of a trace from inside the YAML library has to guess which file it was."""
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path, text)

    assert reason in str(raised.value), raised.value


def test_no_folder_no_catalogue(tmp_path: Path) -> None:
    """Otherwise a misspelt --catalogue is a success with nothing tried."""
    with pytest.raises(CatalogueError, match="there is no catalogue folder"):
        catalogue.load(tmp_path / "fautls", ["unit"])


def test_layers_can_be_overridden_and_added() -> None:
    """Otherwise another repository, whose commands differ, cannot use the engine."""
    known = layers.load({"unit": {"jobs": 1}, "docs": {"commands": ["make docs"], "limit": 5}})

    assert known["unit"].jobs == 1, known["unit"]
    assert known["unit"].commands == layers.DEFAULTS[1].commands, "an override of one field drops the others"
    assert known["docs"].commands == ("make docs",), known["docs"]
    assert "lint" in known, "the defaults are gone"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"docs": {"jobs": 1}}, "docs is a new layer and needs commands"),
        ({"unit": {"job": 1}}, "unit is a mapping, and may have commands, jobs, limit, environment"),
        ({"unit": {"jobs": "two"}}, "unit: jobs is 'two', which is of the wrong type"),
        (["unit"], "a mapping from a layer's name"),
    ],
)
def test_a_broken_layer_is_named(raw: object, reason: str) -> None:
    """Otherwise an override with a typo is ignored, and the catalogue runs something else than is written."""
    with pytest.raises(CatalogueError, match=r"layers\.yaml: ") as raised:
        layers.load(raw)

    assert reason in str(raised.value), raised.value
