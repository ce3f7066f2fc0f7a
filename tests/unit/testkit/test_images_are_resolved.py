"""Is the image that runs the one that was asked for: by the environment, else by this machine, else by the pin?"""

from pathlib import Path

import pytest

from testkit import images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a pin, and a machine that has something else instead."""
    (tmp_path / "images.env").write_text("# pinned\nSTORE_IMAGE=store:1.2.3\nOTHER_IMAGE=other:4\n")
    (tmp_path / ".env").write_text("# STORE_IMAGE=commented:1\nSTORE_IMAGE = stand-in/store:1.2.4\n")
    return tmp_path


def test_the_environment_wins(folder: Path) -> None:
    """Otherwise a pipeline tests another image than the one it has just built."""
    assert images.resolve("STORE_IMAGE", folder, {"STORE_IMAGE": "built:now"}) == "built:now"


def test_what_this_machine_has_wins_over_the_pin(folder: Path) -> None:
    """Otherwise a machine without a registry cannot run anything."""
    assert images.resolve("STORE_IMAGE", folder, {"STORE_IMAGE": ""}) == "stand-in/store:1.2.4"


def test_the_pin_holds_where_nothing_else_is_said(folder: Path) -> None:
    """Otherwise a fresh clone runs whatever `latest` is today."""
    assert images.resolve("OTHER_IMAGE", folder, {}) == "other:4"


def test_an_unknown_variable_is_named(folder: Path) -> None:
    """Otherwise a typo is found in the engine's words about an image with an empty name."""
    with pytest.raises(images.NoImage, match=r"TYPO_IMAGE is neither in the environment nor in \.env nor"):
        images.resolve("TYPO_IMAGE", folder, {})
