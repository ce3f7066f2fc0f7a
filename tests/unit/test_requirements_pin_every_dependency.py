"""Does what is installed come from the hash-pinned files, and from them alone?"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]


def pinned(name: str) -> dict[str, str]:
    """Versions by normalised name, of a compiled requirements file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {normalised(found[1]): found[2] for found in re.finditer(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)}


def asked(group: str) -> set[str]:
    """Names a group of pyproject.toml asks for, those of the groups it includes among them."""
    names: set[str] = set()
    for item in GROUPS[group]:
        names |= (
            asked(item["include-group"]) if isinstance(item, dict) else {normalised(re.split(r"[\[<>=!~ ;]", item)[0])}
        )
    return names


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("group", ["app", "mysql", "dev"])
def test_every_dependency_is_pinned(group: str) -> None:
    """Red: the image is built without a package the app needs, and its start fails in production."""
    missing = asked(group) - set(pinned(group))
    assert not missing, f"requirements/{group}.txt lacks {', '.join(sorted(missing))}; run: make lock"


def test_the_app_ships_the_versions_that_were_tested() -> None:
    """Red: tests run on one version of a library and production on another."""
    tested, shipped = pinned("dev"), pinned("app")
    other = {name: (version, tested.get(name)) for name, version in shipped.items() if tested.get(name) != version}
    assert not other, f"requirements/app.txt and dev.txt differ in (shipped, tested): {other}; run: make lock"


@pytest.mark.parametrize("group", ["app", "mysql", "dev"])
def test_every_pin_has_hashes_and_names_no_index(group: str) -> None:
    """Red: a package swapped on the index is installed, or the file works behind one mirror only."""
    text = (ROOT / "requirements" / f"{group}.txt").read_text()
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, f"requirements/{group}.txt: no hash for {entry.splitlines()[0]}"
    assert "://" not in text, f"requirements/{group}.txt names a download address; run: make lock"
