"""Is an edit refused that breaks its file, changes nothing, or finds no file?"""

from pathlib import Path
from typing import Any

import pytest

from testkit.faults import edits
from testkit.faults.errors import EditError

FILES = {
    "app.py": "LIMIT = 5  # a day\n",
    "app.yaml": "a: 1  # one\nb: 2\n",
    "app.toml": "a = 1\n",
    "app.json": '{"a": 1}\n',
    "run.sh": "if true; then echo a; fi\n",
    "Dockerfile": "FROM a\n",
    "main.tf": "locals {\n  a = 1\n}\n",
    "page.html": "<p>a</p>\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def apply(tree: Path, file: str, *changes: dict[str, Any], fault: bool = True) -> str:
    edits.apply_all(tree, file, changes, must_mean_something=fault)
    return (tree / file).read_text()


@pytest.mark.parametrize(
    ("file", "find", "replace"),
    [
        ("app.py", "= 5", "= = 5"),
        ("app.py", "LIMIT = 5", "return 5"),
        ("app.yaml", "a: 1", "a: ["),
        ("app.toml", "= 1", "="),
        ("app.json", "1", ""),
        ("run.sh", "; fi", ""),
        ("Dockerfile", "FROM", "FRUM"),
        ("main.tf", "}", ""),
    ],
)
def test_a_result_that_does_not_parse(tree: Path, file: str, find: str, replace: str) -> None:
    """Otherwise any test that merely loads the file 'catches' the fault, and nothing is proven."""
    with pytest.raises(EditError, match=f"{file} does not parse any more"):
        apply(tree, file, {"find": find, "replace": replace})

    assert (tree / file).read_text() == FILES[file], "the refused edit was written all the same"


def test_a_format_without_a_check_is_edited_as_text(tree: Path) -> None:
    """Otherwise templates and configuration of other programs could not be in the catalogue."""
    assert apply(tree, "page.html", {"find": "<p>", "replace": "<b>"}) == "<b>a</p>\n"


@pytest.mark.parametrize(
    ("file", "find", "replace"),
    [
        ("app.py", "# a day", "# a week"),
        ("app.yaml", "# one", "# uno"),
        ("app.yaml", "a: 1  # one\nb: 2", "b: 2\na: 1"),
    ],
)
def test_a_fault_that_changes_only_the_layout(tree: Path, file: str, find: str, replace: str) -> None:
    """Otherwise a fault that is none survives for ever, and somebody looks for the missing test."""
    change = {"find": find, "replace": replace}

    with pytest.raises(EditError, match="changes nothing but the layout"):
        apply(tree, file, change)

    assert replace in apply(tree, file, change, fault=False), "as a harmless edit it is welcome"


@pytest.mark.parametrize("fault", [True, False])
def test_an_edit_that_leaves_the_file_as_it_was(tree: Path, fault: bool) -> None:
    """Otherwise an entry whose fault has been fixed in the meantime goes on as a success."""
    with pytest.raises(EditError, match=r"leaves app\.py as it was"):
        apply(tree, "app.py", {"find": "5", "replace": "5"}, fault=fault)


@pytest.mark.parametrize(("text", "count"), [("z", 0), ("a", 2)])
def test_a_text_that_is_not_there_exactly_once(tree: Path, text: str, count: int) -> None:
    """Otherwise an edit lands somewhere, and its verdict is about something else."""
    (tree / "page.html").write_text("a a\n")

    with pytest.raises(EditError, match=f"stands {count} times"):
        apply(tree, "page.html", {"find": text, "replace": "b"})


def test_a_file_that_is_not_there(tree: Path) -> None:
    """Otherwise a moved file turns its faults into silent successes."""
    with pytest.raises(EditError, match=r"there is no file gone\.py"):
        apply(tree, "gone.py", {"find": "a", "replace": "b"})


def test_several_edits_make_one_change(tree: Path) -> None:
    """Otherwise a rename over two files, or merged RUN lines, could not be harmless edits."""
    apply(
        tree,
        "app.py",
        {"find": "LIMIT", "replace": "DAILY"},
        {"replace": "5", "with": "6"},
        {"file": "app.toml", "path": "a", "set": 2},
    )

    assert (tree / "app.py").read_text() == "DAILY = 6  # a day\n"
    assert (tree / "app.toml").read_text() == "a = 2\n"
