"""Does the page say what the results were made with?"""

import sys
from pathlib import Path

import pytest

from testkit.report import versions
from testkit.report.table import Table


def told(root: Path, **fields: object) -> dict[str, dict[str, str]]:
    return versions.collect(Table("Shop", (), **fields), root)  # type: ignore[arg-type]


def test_a_tool_is_asked_and_a_missing_one_left_out(tmp_path: Path) -> None:
    """Red: "works on my machine" cannot be answered; or the report fails because a tool is missing."""
    tools = (
        ("Here", f"{sys.executable} -c 'print(\"Tool v1.2.3-rc1, built today\")'"),
        ("Broken", f"{sys.executable} -c 'raise SystemExit(\"1.2.3\")'"),
        ("Away", "no-such-tool --version"),
    )
    found = told(tmp_path, tools=tools)["Tools"]
    assert found["Here"] == "1.2.3-rc1"
    assert not {"Broken", "Away"} & set(found), found


def test_packages_that_are_not_installed_are_left_out(tmp_path: Path) -> None:
    """Red: the report of one layer needs the packages of all."""
    assert told(tmp_path, packages=("pytest", "no-such-package"))["Python packages"] == {"pytest": pytest.__version__}


def test_an_image_is_what_ran_and_not_what_was_pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: results of a stand-in are taken for those of the official image."""
    monkeypatch.delenv("MYSQL_IMAGE", raising=False)
    monkeypatch.delenv("REDIS_IMAGE", raising=False)
    (tmp_path / "images.env").write_text("MYSQL_IMAGE=mysql:9\n# a comment\nREDIS_IMAGE=redis:8\n")
    (tmp_path / ".env").write_text("MYSQL_IMAGE=ours:1\nCA_BUNDLE=/x\n")
    assert told(tmp_path)["Images"] == {"mysql": "ours:1, instead of mysql:9", "redis": "redis:8"}


def test_without_git_the_commit_is_unknown(tmp_path: Path) -> None:
    """Red: an archive without its history has no report."""
    assert versions.commit(tmp_path) == ""
