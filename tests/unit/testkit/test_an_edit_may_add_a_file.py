"""Can a mistake be a file too many, such as a migration that should not be there?"""

from pathlib import Path

import pytest

from testkit.faults.edits import apply_all, shape_error
from testkit.faults.errors import EditError

FILE = "migrations/0002_drop.py"


def test_a_new_file_is_written(tmp_path: Path) -> None:
    """If red, no entry can add a file, and mistakes of that kind are missing from the catalogue."""
    edit = {"write": "x = 1\n"}
    assert shape_error(FILE, edit) is None
    apply_all(tmp_path, FILE, (edit,), must_mean_something=True)
    assert (tmp_path / FILE).read_text() == "x = 1\n"


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """If red, an entry silently replaces a file that somebody has added since, and proves nothing."""
    (tmp_path / "app.py").write_text("x = 1\n")
    with pytest.raises(EditError, match="there already"):
        apply_all(tmp_path, "app.py", ({"write": "x = 2\n"},), must_mean_something=True)


@pytest.mark.parametrize(("text", "complaint"), [("x = ", "does not parse"), ("# nothing\n", "changes nothing")])
def test_a_new_file_must_mean_something(text: str, complaint: str, tmp_path: Path) -> None:
    """If red, a typing error in the catalogue counts as a mistake that was caught."""
    with pytest.raises(EditError, match=complaint):
        apply_all(tmp_path, FILE, ({"write": text},), must_mean_something=True)
