"""Is a changed recipe ever mistaken for an old image, or an image of another version line taken?"""

import shutil
from pathlib import Path

import pytest

from offline import docker, settings, stand_in

# `docker image ls` as it is after the app's image was built on the stand-in, and has inherited its labels.
DOCKER = """#!/bin/sh
case "$*" in
    *strata-offline/python) ;;
    *) echo strata:dev ;;
esac
echo strata-offline/python:3.13.5-0123456789ab
"""


@pytest.fixture
def recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "recipes"
    shutil.copytree(stand_in.RECIPES, copy)
    monkeypatch.setattr(stand_in, "RECIPES", copy)
    return copy


def test_the_hash_does_not_depend_on_where_the_checkout_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: every clone builds its own stand-ins."""
    here = stand_in.recipe_hash("mysql")
    shutil.copytree(stand_in.RECIPES, tmp_path / "recipes")
    monkeypatch.setattr(stand_in, "RECIPES", tmp_path / "recipes")
    assert stand_in.recipe_hash("mysql") == here


@pytest.mark.parametrize("changed", ["mysql/docker-entrypoint.sh", "mysql/my.cnf", "debian/make-root"])
def test_a_change_in_the_recipe_or_its_base_changes_the_hash(changed: str, recipes: Path) -> None:
    """Red: somebody changes a recipe, and the tests go on with the old image."""
    before = {name: stand_in.recipe_hash(name) for name in ("mysql", "redis")}
    file = recipes / changed
    file.write_text(file.read_text() + "\n")
    assert stand_in.recipe_hash("mysql") != before["mysql"], f"{changed} is not in the hash of mysql"
    is_shared = changed.startswith("debian/")
    assert (stand_in.recipe_hash("redis") != before["redis"]) == is_shared, f"{changed} and the hash of redis"


def test_an_image_built_on_a_stand_in_is_not_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: after the first `make up` the next one takes the app's own image for Python, and fails."""
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = docker.with_label("strata-offline/python", stand_in.RECIPE_LABEL, "0123456789ab")
    assert found == "strata-offline/python:3.13.5-0123456789ab", f"{found} was taken for the stand-in of Python"


def test_a_lost_executable_bit_changes_the_hash(recipes: Path) -> None:
    """Red: an entrypoint that cannot be run hides behind an image that still could."""
    before = stand_in.recipe_hash("mysql")
    (recipes / "debian" / "make-root").chmod(0o644)
    assert stand_in.recipe_hash("mysql") != before


@pytest.mark.parametrize(
    ("debian", "upstream"), [("9.7.4-2", "9.7.4"), ("5:8.0.2-3+deb13u3", "8.0.2"), ("3.13.5-2+deb13u5", "3.13.5")]
)
def test_debians_versions_are_read(debian: str, upstream: str) -> None:
    """Red: the label and the tag name a version that never was."""
    assert stand_in.upstream_version(debian) == upstream


@pytest.mark.parametrize(
    "pinned", ["mysql:9.7.2", "mirror:5000/mysql:9.7.2-oraclelinux9", "mysql:v9.7.2@sha256:07b25", "mysql@sha256:0"]
)
def test_another_patch_level_is_accepted(pinned: str) -> None:
    """Red: nobody offline can work as soon as Debian is one patch ahead."""
    stand_in.check_line(pinned, "9.7.4")


@pytest.mark.parametrize("pinned", ["mysql:8.4.1", "mysql:v8.4.1@sha256:07b25"])
def test_another_line_is_refused(pinned: str) -> None:
    """Red: the tests are green on a MySQL that production does not run."""
    with pytest.raises(stand_in.WrongLine, match=r"8\.4\.1\S* is pinned and the stand-in is 9\.7\.4: pin a 9\.7 image"):
        stand_in.check_line(pinned, "9.7.4")


def test_every_pin_without_a_registry_has_a_recipe() -> None:
    """Red: an offline machine cannot make the cluster, and says so only after ten minutes of building the rest."""
    pins = settings.read_pins(Path(__file__).resolve().parents[3] / "images.env", {})
    names = [variable.removesuffix("_IMAGE").lower().replace("_", "-") for variable in pins]
    # Grafana and Jaeger are in no Debian: offline, pictures of both cannot be looked at, and nothing else needs them.
    assert [name for name in names if not stand_in.has_recipe(name)] == ["grafana", "jaeger"]
