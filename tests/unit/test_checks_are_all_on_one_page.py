"""Does docs/checks.md say what the tests say, and does its generator read them rightly?"""

from pathlib import Path

import pytest

from docs import checks

SLOW_ONE = '''"""Does it hold?

And more for whoever reads the file.
"""
import pytest
pytestmark = pytest.mark.slow
def helper(): ...
def test_it_holds():
    """Red: it falls,
    and breaks."""
'''
IN_A_CLASS = '''"""In a class?"""
import pytest
@pytest.mark.slow
class TestIt:
    def test_slowly(self):
        """Red: this."""
class TestQuick:
    def test_soon(self):
        """If red, that."""
'''


def written(folder: Path, text: str) -> Path:
    file = folder / "tests" / "unit" / "test_it.py"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_the_page_is_up_to_date() -> None:
    """Red: the page tells people of checks that are gone, and not of those that there are."""
    there = checks.TARGET.read_text(encoding="utf-8") if checks.TARGET.is_file() else ""
    missing = sorted(set(checks.page().splitlines()) - set(there.splitlines()))
    extra = sorted(set(there.splitlines()) - set(checks.page().splitlines()))
    told = "\n  ".join([*(f"missing: {one}" for one in missing[:4]), *(f"gone: {one}" for one in extra[:4])])
    assert there == checks.page(), f"docs/checks.md is not what the tests say: run `make checks`\n  {told}"


def test_a_file_is_a_question_and_a_test_a_fault(tmp_path: Path) -> None:
    """Red: the page shows half a sentence, or a helper as a check."""
    found = checks.question(written(tmp_path, SLOW_ONE), tmp_path)
    assert found.text == "Does it hold?"
    assert found.checks == (checks.Check("it holds", "It falls, and breaks.", slow=True),)


def test_tests_in_classes_are_found(tmp_path: Path) -> None:
    """Red: checks are missing from the page because of how they are written."""
    found = checks.question(written(tmp_path, IN_A_CLASS), tmp_path)
    assert found.checks == (
        checks.Check("slowly", "This.", slow=True),
        checks.Check("soon", "That.", slow=False),
    )


def test_a_test_without_a_reason_is_named(tmp_path: Path) -> None:
    """Red: a test that nobody can explain goes by unseen."""
    file = written(tmp_path, '"""Does it?"""\ndef test_it():\n    assert True\n')
    with pytest.raises(checks.NoDocstring, match=r"tests/unit/test_it\.py: test_it has no docstring"):
        checks.question(file, tmp_path)
