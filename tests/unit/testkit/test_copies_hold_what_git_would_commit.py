"""Does a working copy hold the project's files, and nothing that earlier runs left behind?"""

import os
from pathlib import Path

import pytest

from testkit.faults import copy

GIT = """#!/bin/sh
[ "$*" = "ls-files -z --cached --others --exclude-standard" ] || exit 9
printf 'app.py\\0deleted.py\\0new.py\\0link\\0'
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    for name in ("app.py", "new.py", ".venv/lib.py", ".strata/state", "pkg/__pycache__/a.pyc", "pkg/run.sh"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(name)
    (tree / "pkg/run.sh").chmod(0o755)
    (tree / "link").symlink_to("app.py")
    return tree


def test_git_decides_where_there_is_git(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise secrets and caches of the working folder are copied along, and a deleted file stops the run."""
    (tree / ".git").mkdir()
    (tmp_path / "git").write_text(GIT)
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert [str(file) for file in copy.files_of(tree)] == ["app.py", "link", "new.py"]


def test_without_git_state_folders_stay_behind(tree: Path) -> None:
    """Otherwise a downloaded archive of the repository cannot run the catalogue."""
    assert [str(file) for file in copy.files_of(tree)] == ["app.py", "link", "new.py", "pkg/run.sh"]


def test_a_copy_keeps_modes_and_links(tree: Path, tmp_path: Path) -> None:
    """Otherwise a script that cannot be executed in the copy turns everything red."""
    copy.make(tree, copy.files_of(tree), tmp_path / "copy")

    assert os.access(tmp_path / "copy/pkg/run.sh", os.X_OK), "run.sh is not executable in the copy"
    assert (tmp_path / "copy/link").readlink() == Path("app.py"), "the link became a file"


def test_the_digest_sees_content_and_names_but_not_the_catalogue(tree: Path) -> None:
    """Otherwise stale verdicts are reused, or all are lost when one entry is mended."""

    def digest() -> str:
        return copy.digest(tree, copy.files_of(tree), without=tree / "pkg")

    first = digest()
    (tree / "pkg/run.sh").write_text("other")
    assert digest() == first, "a change in the left-out folder changes the digest"
    (tree / "app.py").write_text("other")
    second = digest()
    assert second != first, "a changed file does not change the digest"
    (tree / "app.py").rename(tree / "app2.py")
    assert digest() != second, "a renamed file does not change the digest"
