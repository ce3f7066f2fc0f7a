"""Does a failed test leave what happened in its namespaces, without their secrets?"""

from pathlib import Path
from typing import Any

import pytest

from testkit.evidence import Folder
from testkit.kube.evidence import EvidenceMissing, evidence_of
from testkit.kube.render import Manifests
from tests.unit.testkit.kube import builders as b
from tests.unit.testkit.kube.fake_cluster import FakeCluster

SECRET = {"kind": "Secret", "metadata": {"name": "shop"}, "data": {"conf": "cmVxdWlyZXBhc3MgaHVudGVyMjI=", "k": "YQ=="}}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Where the evidence goes, of a test that began at a known time."""
    return Folder(tmp_path / "evidence", since=1767268800)


def written(folder: Folder) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.path.iterdir()}


def test_everything_that_a_reader_asks_for_is_there(cluster: FakeCluster, folder: Folder) -> None:
    """Otherwise a failure of the night cannot be understood in the morning: the namespace is gone."""
    init = b.container("wait", state=b.ended(0))
    crashed = b.pod("web-1", b.container("web", restarts=1), init=[init])
    pending = b.pod("web-2", b.container("web", waiting="ContainerCreating"))
    late, early = (b.event(crashed, "BackOff", f"at {time}", time) for time in ("12:00:02", "12:00:01"))
    cluster.has(SECRET, crashed, pending, late, early)
    cluster.answers("describe", out="Name: web-1, conf: requirepass hunter22")
    cluster.answers("logs", out="line\n")
    manifests = Manifests([{"kind": "Service", "metadata": {"name": "web"}}], Path("overlay"))
    evidence_of(cluster.kubectl, ["shop"], manifests=lambda: manifests)(folder)
    files = written(folder)
    logs = {"shop.web-1.web.log", "shop.web-1.web.previous.log", "shop.web-1.wait.log"}
    assert set(files) == {"shop.describe.txt", "shop.events.txt", "manifests.yaml", *logs}
    assert "hunter22" not in files["shop.describe.txt"], "a line of a Secret is not hidden"
    assert "Name: web-1" in files["shop.describe.txt"]
    assert files["shop.events.txt"].index("at 12:00:01") < files["shop.events.txt"].index("at 12:00:02")
    assert "kind: Service" in files["manifests.yaml"]
    assert any("--since-time=2026-01-01T12:00:00+00:00" in call["args"] for call in cluster.calls("logs"))


def test_one_part_that_cannot_be_read_does_not_cost_the_others(cluster: FakeCluster, folder: Folder) -> None:
    """Otherwise a pod that is just being deleted takes all the evidence with it."""
    cluster.has(b.pod("web-1", b.container("web")))
    cluster.answers("describe", out="Name: web-1")
    cluster.answers("logs", err="pod web-1 is gone", code=1)
    with pytest.raises(EvidenceMissing, match="pod web-1 is gone"):
        evidence_of(cluster.kubectl, ["shop", "ingress"])(folder)
    assert {"shop.describe.txt", "shop.events.txt", "ingress.describe.txt"} <= set(written(folder))


def test_nothing_is_written_before_the_secrets_are_known(cluster: FakeCluster, folder: Folder) -> None:
    """Otherwise a server that refuses one question has a password written into the report."""
    cluster.answers("get secrets", err="forbidden", code=1)
    cluster.answers("describe", out="conf: requirepass hunter22")
    with pytest.raises(EvidenceMissing, match="forbidden"):
        evidence_of(cluster.kubectl, ["shop"])(folder)
    assert not folder.path.exists()


@pytest.mark.parametrize(
    "gone",
    [
        {"out": "unable to retrieve container logs for containerd://4711"},
        {"err": 'Error from server: previous terminated container "web" in pod "web-1" not found', "code": 1},
    ],
    ids=["log", "container"],
)
def test_the_last_crash_is_told_when_the_one_before_is_gone(
    cluster: FakeCluster, folder: Folder, gone: dict[str, Any]
) -> None:
    """Otherwise what a crash said is lost whenever it is only a moment old."""
    cluster.has(b.pod("web-1", b.container("web", restarts=1, state=b.ended(1))))
    cluster.answers("describe", out="Name: web-1")
    cluster.answers("--since-time", out="cannot reach the database\n")
    cluster.answers("--previous", **gone)
    evidence_of(cluster.kubectl, ["shop"])(folder)
    files = written(folder)
    assert "cannot reach" in files["shop.web-1.web.log"], "the log of the crash itself was not asked for"
    said = files["shop.web-1.web.previous.log"]
    assert any(text in said for text in gone.values() if isinstance(text, str)), f"that it is gone is not said: {said}"
