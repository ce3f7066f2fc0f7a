"""Does what is installed come from the hash-pinned files, and from them alone?"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]


def pinned(name: str) -> dict[str, str]:
    """Versions by normalised name, of a compiled requirements file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {
        normalised(found[1]): found[2] for found in re.finditer(r"^([\w.-]+)(?:\[.*\])?==(\S+)", text, re.MULTILINE)
    }


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


@pytest.mark.parametrize("group", ["app", "mysql", "tracing", "dev"])
def test_every_dependency_is_pinned(group: str) -> None:
    """Red: the image is built without a package the app needs, and its start fails in production."""
    missing = asked(group) - set(pinned(group))
    assert not missing, f"requirements/{group}.txt lacks {', '.join(sorted(missing))}; run: make lock"


def test_the_app_ships_the_versions_that_were_tested() -> None:
    """Red: tests run on one version of a library and production on another."""
    tested, shipped = pinned("dev"), pinned("app") | pinned("tracing")
    other = {name: (version, tested.get(name)) for name, version in shipped.items() if tested.get(name) != version}
    assert not other, (
        f"requirements/app.txt or tracing.txt and dev.txt differ in (shipped, tested): {other}; run: make lock"
    )


@pytest.mark.parametrize("group", ["app", "mysql", "tracing", "dev"])
def test_every_pin_has_hashes_and_names_no_index(group: str) -> None:
    """Red: a package swapped on the index is installed, or the file works behind one mirror only."""
    text = (ROOT / "requirements" / f"{group}.txt").read_text()
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, f"requirements/{group}.txt: no hash for {entry.splitlines()[0]}"
    assert "://" not in text, f"requirements/{group}.txt names a download address; run: make lock"


def test_extras_are_pinned_as_they_are_asked_for() -> None:
    """Red: once the index has a newer release, older pips find no pin for `coverage[toml]` and install nothing."""
    for name in pinned("dev"):
        for wanted in filter(needs_an_extra, map(Requirement, installed_requirements(name))):
            missing = wanted.extras - pinned_extras(wanted.name)
            assert not missing, f"{name} asks for {wanted}; requirements/dev.txt lacks the extra; run: make lock"


def needs_an_extra(wanted: Requirement) -> bool:
    return bool(wanted.extras) and (wanted.marker is None or wanted.marker.evaluate({"extra": ""}))


def pinned_extras(name: str) -> set[str]:
    text = (ROOT / "requirements" / "dev.txt").read_text()
    pin = re.search(rf"(?im)^{re.escape(name)}\[(.*)\]==", text)
    return set(re.split(r",\s*", pin[1])) if pin else set()


def installed_requirements(name: str) -> list[str]:
    """What an installed package asks for; nothing for one that this platform does not install."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []
