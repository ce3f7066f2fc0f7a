"""What the tests of testkit.kube share: a cluster that is a program and a few files."""

from pathlib import Path

import pytest

from tests.unit.testkit.kube.fake_cluster import FakeCluster


@pytest.fixture
def cluster(tmp_path: Path) -> FakeCluster:
    """An empty cluster in a folder of its own."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    return FakeCluster(folder)
