"""The stand, in a folder of its own that is the current one."""

from pathlib import Path

import pytest

from tests.unit.testkit.report.stand import Stand


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stand:
    """A repository without results."""
    monkeypatch.chdir(tmp_path)
    return Stand(tmp_path, capsys)
