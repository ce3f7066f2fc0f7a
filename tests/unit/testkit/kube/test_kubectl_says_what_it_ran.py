"""Does kubectl run against the cluster that it was given, and say what it ran when that fails?"""

from pathlib import Path

import pytest

from testkit.kube.kubectl import RETRYABLE, Kubectl, KubectlFailed
from testkit.retryable import find
from tests.unit.testkit.kube.fake_cluster import FakeCluster

POD = {"kind": "Pod", "metadata": {"name": "web-1", "labels": {"app": "web"}}}
OTHER = {"kind": "Pod", "metadata": {"name": "db-1", "labels": {"app": "db"}}}


def test_each_call_names_its_cluster_and_namespace(cluster: FakeCluster) -> None:
    """Otherwise a test changes the cluster of the reader's current context."""
    cluster.program().within("other").get("pods")
    whole = cluster.calls()[0]["whole"]
    assert f"--kubeconfig={cluster.folder / 'kubeconfig'}" in whole
    assert f"--cache-dir={cluster.folder / 'cache'}" in whole, "two clusters on one port share a list of API kinds"
    assert "--namespace=other" in whole


def test_objects_come_as_json(cluster: FakeCluster) -> None:
    """Otherwise each test reads columns that are meant for people."""
    cluster.has(POD, OTHER)
    assert cluster.program().get("pod", "web-1")["metadata"]["name"] == "web-1"
    assert [pod["metadata"]["name"] for pod in cluster.program().get("pods", selector="app=db")] == ["db-1"]
    assert cluster.program().find("pod", "absent") is None


def test_a_warning_is_no_part_of_the_answer(cluster: FakeCluster) -> None:
    """Otherwise a deprecation in the cluster turns every answer into unreadable JSON."""
    cluster.answers("get pods", out='{"items": []}', err="Warning: v1 Endpoints is deprecated\n")
    assert cluster.program().get("pods") == []


def test_a_failure_tells_command_and_reason(cluster: FakeCluster) -> None:
    """Otherwise the reader sees `exit status 1` and starts to guess."""
    with pytest.raises(KubectlFailed) as raised:
        cluster.program().get("pod", "absent")
    assert raised.value.code == 1
    assert "kubectl --namespace=shop get pod absent --output=json" in str(raised.value)
    assert "NotFound" in str(raised.value)


def test_a_hang_ends_in_time(cluster: FakeCluster) -> None:
    """Otherwise an API server that does not answer holds the pipeline until somebody looks."""
    cluster.answers("get", err="I wait for the server\n", seconds=30)
    with pytest.raises(KubectlFailed, match=r"(?s)was killed after 0\.5 s.*I wait for the server"):
        cluster.program().run("get", "pods", timeout=0.5)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    """Otherwise the reader looks for the fault in the cluster."""
    with pytest.raises(KubectlFailed, match=r"could not be started from .*/nowhere"):
        Kubectl(tmp_path / "nowhere", tmp_path / "kubeconfig").run("version")


def test_what_it_is_told_stays_off_the_command_line(cluster: FakeCluster) -> None:
    """Otherwise a secret that is applied can be read by everybody with `ps`."""
    cluster.answers("apply", out="applied")
    cluster.program().run("apply", "--filename=-", input="password: hunter22")
    call = cluster.calls()[0]
    assert call["input"] == "password: hunter22"
    assert "hunter22" not in " ".join(call["whole"])


def test_commands_and_logs_of_a_pod(cluster: FakeCluster) -> None:
    """Otherwise the options of kubectl are taken for those of the command inside, or the wrong life is read."""
    cluster.answers("exec", out="10001\n")
    cluster.answers("logs", out="line\n")
    assert cluster.program().exec("web-1", ["id", "-u"], container="web") == "10001\n"
    assert cluster.calls()[-1]["args"][1:] == ["exec", "web-1", "--container=web", "--", "id", "-u"]
    cluster.program().logs("web-1", "web", previous=True, tail=5)
    assert cluster.calls()[-1]["args"][1:] == ["logs", "web-1", "--container=web", "--previous", "--tail=5"]


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?", True),
        ("dial tcp 127.0.0.1:1: connect: connection refused", True),
        ("etcdserver: leader changed", True),
        ('Error from server (NotFound): pods "x" not found', False),
        ("error: You must be logged in to the server (Unauthorized)", False),
    ],
)
def test_what_passes_by_itself_is_waited_for(said: str, passes: bool) -> None:
    """Otherwise an API server's restart fails a roll-out, or a typo costs the whole time-out."""
    assert (find(KubectlFailed("kubectl get", 1, said, "code 1"), RETRYABLE) is not None) == passes
