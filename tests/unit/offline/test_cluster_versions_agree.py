"""Do the places that name a version of the cluster name the same one?"""

import re
from pathlib import Path

import pytest

from offline import parts, settings, stand_in
from testkit.kube import tools

ROOT = Path(__file__).resolve().parents[3]


def required(part: str, module: str) -> str:
    """The version of a module that a part's go.mod asks for."""
    found = re.search(
        rf"^(?:require )?\s*{re.escape(module)} v(\S+)", (parts.PARTS / part / "go.mod").read_text(), re.MULTILINE
    )
    assert found, f"offline/kube/{part}/go.mod does not ask for {module}"
    return found[1]


@pytest.mark.parametrize(
    ("variable", "part", "module"),
    [
        ("KIND_NODE_IMAGE", "kubernetes", "k8s.io/kubernetes"),
        ("INGRESS_IMAGE", "skipper", "github.com/zalando/skipper"),
        ("METRICS_SERVER_IMAGE", "metrics-server", "sigs.k8s.io/metrics-server"),
    ],
)
def test_stand_ins_are_of_the_pinned_line(variable: str, part: str, module: str) -> None:
    """Red: the stand-in is refused after the ten minutes that it takes to build."""
    stand_in.check_line(settings.read_pins(ROOT / "images.env", {})[variable], required(part, module))


def test_the_nodes_files_are_of_the_kind_that_uses_them() -> None:
    """Red: kind waits for words that the older entrypoint of the node does not say."""
    assert required("kind", "sigs.k8s.io/kind") == tools.PINS["kind"], (
        "testkit/kube/tools.py and offline/kube/kind/go.mod"
    )


def test_all_parts_of_kubernetes_are_of_one_version() -> None:
    """Red: the API server is built from another version's client than the kubelet."""
    version = required("kubernetes", "k8s.io/kubernetes")
    text = (parts.PARTS / "kubernetes" / "go.mod").read_text()
    staged = re.findall(r"^\t(k8s\.io/\S+) => \1 v(\S+)", text, re.MULTILINE)
    assert len(staged) > 20, "the staging modules are not replaced"
    assert {staged_version for _, staged_version in staged} == {re.sub(r"^1", "0", version)}
