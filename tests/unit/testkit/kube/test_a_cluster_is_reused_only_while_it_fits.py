"""Is a running cluster kept when it will do, and replaced when it will not?"""

from dataclasses import replace
from pathlib import Path

import pytest

from testkit.kube.reuse import Recipe, why_not

MADE = Recipe(node_image="sha256:1", config="c", addons="a", http_port=8080)
WELL = {"its node is there": True, "its API answers": True}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "addons" / "ingress").mkdir(parents=True)
    (tmp_path / "kind.yaml").write_text("kind: Cluster\n")
    (tmp_path / "addons" / "ingress" / "kustomization.yaml").write_text("resources: []\n")
    return tmp_path


def read(folder: Path, image: str = "sha256:2") -> Recipe:
    return Recipe.of(folder, "sha256:1", {"ingress": image}, 8080)


@pytest.mark.parametrize("port", [8080, None])
def test_a_healthy_cluster_of_the_same_things_is_kept(port: int | None) -> None:
    """Red: each run waits a minute for a cluster that was there."""
    assert why_not(MADE, replace(MADE, http_port=port), WELL) is None


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (replace(MADE, node_image="sha256:9"), "its node image has changed"),
        (replace(MADE, config="d"), "kind.yaml has changed"),
        (replace(MADE, http_port=9090), "the port asked for has changed"),
    ],
)
def test_a_change_replaces_it(wanted: Recipe, reason: str) -> None:
    """Red: tests are green on the Kubernetes of last week."""
    assert why_not(MADE, wanted, WELL) == reason


def test_changed_addons_alone_do_not() -> None:
    """Red: a line in an add-on costs a whole cluster; applying it takes seconds."""
    assert why_not(MADE, replace(MADE, addons="b"), WELL) is None


@pytest.mark.parametrize("claim", WELL)
def test_a_broken_one_is_replaced(claim: str) -> None:
    """Red: after a reboot every test fails, and nobody knows that the cluster must be removed by hand."""
    assert why_not(MADE, MADE, {**WELL, claim: False}) == f"not true: {claim}"


def test_one_that_never_became_ready_is_replaced() -> None:
    """Red: a run that was killed half-way leaves a cluster without add-ons to the next one."""
    assert why_not(None, MADE, WELL) == "it never became ready"


@pytest.mark.parametrize("written", ["", "{}", "[]", '{"node_image": 1', '{"surprise": 1}'])
def test_a_damaged_note_counts_as_none(written: str, tmp_path: Path) -> None:
    """Red: a note of another version stops every run with a traceback."""
    file = tmp_path / "made-of.json"
    file.write_text(written)
    assert Recipe.load(file) is None


def test_the_note_survives_the_way_to_the_disk(tmp_path: Path) -> None:
    """Red: no cluster is ever reused."""
    MADE.save(tmp_path / "made-of.json")
    assert Recipe.load(tmp_path / "made-of.json") == MADE


@pytest.mark.parametrize("changed", ["addons/ingress/kustomization.yaml", "addons/ingress/new.yaml"])
def test_files_of_addons_are_noticed(changed: str, folder: Path) -> None:
    """Red: an add-on is changed, and the cluster keeps the old one without a word."""
    before = read(folder)
    (folder / changed).write_text("changed: true\n")
    assert read(folder).addons != before.addons
    assert read(folder).config == before.config


def test_images_of_addons_are_noticed(folder: Path) -> None:
    """Red: the controller is rebuilt, and the cluster keeps the old one."""
    assert read(folder).addons != read(folder, image="sha256:3").addons
