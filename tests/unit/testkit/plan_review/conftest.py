"""What the tests of the command line share."""

from pathlib import Path

import pytest

from tests.unit.testkit.plan_review.stand import Stand


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stand:
    """A place for one plan."""
    monkeypatch.chdir(tmp_path)
    return Stand(tmp_path, capsys)
