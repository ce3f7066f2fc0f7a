"""What the tests of testkit.kube share: a cluster that is a program and a few files."""

from pathlib import Path

import pytest

from testkit.kube import rollout
from tests.unit.testkit.kube.fake_cluster import FakeCluster


@pytest.fixture
def cluster(tmp_path: Path) -> FakeCluster:
    """An empty cluster in a folder of its own."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    return FakeCluster(folder)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster in this process needs no time between two looks."""
    monkeypatch.setattr(rollout, "_EVERY", 0.01)
