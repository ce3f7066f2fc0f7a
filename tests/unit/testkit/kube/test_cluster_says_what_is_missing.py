"""When a cluster cannot even be begun: does the message say what to do, and is nothing left?"""

import os
import socket
from pathlib import Path

import pytest

from testkit.kube import cluster, making, tools
from testkit.kube.kind import KindFailed

NODE = "kindest/node:v1.35.8@sha256:07b25"


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "strata" / "bin"
    folder.mkdir(parents=True)
    return folder


def test_a_missing_pin_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: kind takes its own default, another Kubernetes than everybody else's."""
    monkeypatch.delenv("REGISTRY_IMAGE", raising=False)
    (tmp_path / "images.env").write_text("")
    folder = tmp_path / "cluster"
    folder.mkdir()
    with pytest.raises(cluster.ClusterFailed, match=r"^cluster c: REGISTRY_IMAGE is neither in the environment nor"):
        cluster.up(folder, "c", state=tmp_path / "state")
    assert not (tmp_path / "state").exists(), "a folder was left behind"


def test_a_taken_port_is_told_before_anything_is_made() -> None:
    """Red: after 30 s the engine says that a port is already allocated, and not which verb changes it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(KindFailed, match=rf"port {port} of localhost is taken .*: free it, or ask for another"):
            making._check_free(port)


def test_the_port_is_written_into_kinds_configuration(tmp_path: Path) -> None:
    """Red: two clusters ask for the same port, and the second does not start."""
    (tmp_path / "kind.yaml").write_text("nodes: [{role: control-plane, extraPortMappings: [{containerPort: 30080}]}]")
    written = making._config(tmp_path, tmp_path, 4711)
    assert "hostPort: 4711" in written.read_text()


@pytest.mark.parametrize("tool", sorted(tools.PINS))
def test_a_missing_tool_comes_with_its_remedy(tool: str, bin_folder: Path) -> None:
    """Red: the run stops with FileNotFoundError, or pytest-kind downloads some other version."""
    with pytest.raises(tools.NoTool, match=rf"install it with: python -m testkit\.kube\.tools {tool}"):
        tools.find(tool)


def test_kubectl_of_the_nodes_version_is_found(bin_folder: Path) -> None:
    """Red: the machine's kubectl, three versions older, talks to the cluster."""
    program = bin_folder / "kubectl-1.35.8"
    program.touch(0o755)
    assert tools.kubectl(NODE) == program


def test_kubectl_is_copied_out_of_the_image_once(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a new cluster version comes without its kubectl, or the copy is made at every command."""
    log = bin_folder / "calls"
    fake = bin_folder / "docker"
    fake.write_text(f'#!/bin/sh\necho "$1" >>{log}\n[ "$1" != cp ] || {{ echo new >"$5"; chmod +x "$5"; }}\necho id\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_folder}:{os.environ['PATH']}")
    assert tools.kubectl(NODE).read_text() == "new\n"
    assert tools.kubectl(NODE).name == "kubectl-1.35.8"
    assert log.read_text().split() == ["create", "cp", "rm"], "a container was left, or the copy was made twice"


def test_an_image_without_a_version_is_refused(bin_folder: Path) -> None:
    """Red: some kubectl is taken, and the first strange error comes hours later."""
    with pytest.raises(tools.NoTool, match=r"its tag names no version, such as :v1\.35\.4"):
        tools.kubectl("mirror:5000/node@sha256:07b25")
