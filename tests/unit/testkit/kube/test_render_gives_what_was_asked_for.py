"""Does rendering leave the repository alone, use every image that it is given, and say what is wrong with a folder?"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from testkit.kube.render import Manifests, NoSuchObject, RenderFailed, render

BUILT = """
apiVersion: v1
kind: ConfigMap
metadata: {name: webapp-528gg426c7, annotations: {made: 2026-11-25}}
data: {A: "yes", B: "0440", C: "1:30", D: "1e3", E: "y", F: "two\\nlines\\n"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: webapp}
spec:
  template:
    spec:
      initContainers: [{name: wait, image: "r.example:5000/shop@sha256:abc"}]
      containers: [{name: web, image: "r.example:5000/shop@sha256:abc"}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job, image: "tool:1"}]}}}}}
"""


class Kustomize:
    """A program in kustomize's place, a folder for it to build, and the kustomization that it was shown."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "kustomize"
        self.overlay = folder / "repository" / "overlay"
        self.overlay.mkdir(parents=True)
        (self.overlay / "kustomization.yaml").write_text("resources: []\n")
        self.seen = folder / "seen.json"
        self.builds(BUILT)

    def builds(self, text: str, complaint: str = "") -> None:
        self.program.write_text(
            f"#!{sys.executable} -IS\nimport json, pathlib, sys\n"
            "folder = pathlib.Path(sys.argv[2])\n"
            "kustomization = json.loads((folder / 'kustomization.yaml').read_text())\n"
            "kustomization['folder'] = str(folder)\n"
            f"pathlib.Path({str(self.seen)!r}).write_text(json.dumps(kustomization))\n"
            f"if {complaint!r}: sys.exit({complaint!r}.replace('HERE', str(folder)))\n"
            f"pathlib.Path(sys.argv[3].partition('=')[2]).write_text({text!r})\n"
            "print('# Warning: commonLabels is deprecated', file=sys.stderr)\n"
        )
        self.program.chmod(0o755)

    def render(self, **options: Any) -> Manifests:
        return render(self.overlay, kustomize=self.program, **options)

    def shown(self) -> dict[str, Any]:
        return dict(json.loads(self.seen.read_text()))


@pytest.fixture
def kustomize(tmp_path: Path) -> Kustomize:
    """kustomize's stand-in, with a folder of the repository."""
    return Kustomize(tmp_path)


def test_the_repository_is_left_alone(kustomize: Kustomize) -> None:
    """Otherwise a test run leaves the working tree changed, and the next commit deploys its image."""
    kustomize.render(namespace="pr-7")
    folder = Path(kustomize.shown()["folder"])
    assert not folder.exists(), "the throw-away kustomization is left behind"
    assert kustomize.overlay not in folder.parents
    assert [file.name for file in kustomize.overlay.iterdir()] == ["kustomization.yaml"]


def test_the_folder_is_a_relative_path(kustomize: Kustomize) -> None:
    """Otherwise kustomize refuses it: it takes folders by relative paths only."""
    kustomize.render(components=[kustomize.overlay])
    for path in (kustomize.shown()["resources"][0], kustomize.shown()["components"][0]):
        assert not Path(path).is_absolute()
        assert Path(kustomize.shown()["folder"]).joinpath(path).as_posix().endswith("repository/overlay")


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("r.example:5000/shop@sha256:abc", {"newName": "r.example:5000/shop", "digest": "sha256:abc"}),
        ("r.example:5000/a/shop:1.2", {"newName": "r.example:5000/a/shop", "newTag": "1.2"}),
        ("r.example:5000/shop", {"newName": "r.example:5000/shop"}),
        ("shop:1@sha256:abc", {"newName": "shop", "newTag": "1", "digest": "sha256:abc"}),
    ],
)
def test_a_reference_is_taken_apart(kustomize: Kustomize, reference: str, parts: dict[str, str]) -> None:
    """Otherwise a registry's port is taken for a tag, and what runs is not what was tested."""
    kustomize.builds(BUILT.replace("tool:1", reference))
    kustomize.render(images={"shop": reference})
    assert kustomize.shown()["images"] == [{"name": "shop", **parts}]


def test_an_image_that_nothing_runs_is_an_error(kustomize: Kustomize) -> None:
    """Otherwise a typo in the image's name deploys whatever the manifests say, and nobody is told."""
    with pytest.raises(
        RenderFailed, match=r"no container of .*overlay runs the image shopp.*it runs .*shop@sha256:abc"
    ):
        kustomize.render(images={"shopp": "shop:2"})


@pytest.mark.parametrize("reference", ["", "shop:", "shop@sha256", "shop:1:2@x y"])
def test_a_wrong_reference_is_named(kustomize: Kustomize, reference: str) -> None:
    """Otherwise an empty variable of the pipeline becomes a pod that cannot be created."""
    with pytest.raises(RenderFailed, match="for the image shop, is no image reference"):
        kustomize.render(images={"shop": reference})


def test_patches_may_be_data(kustomize: Kustomize) -> None:
    """Otherwise each test quotes YAML within Python."""
    kustomize.render(patches=[{"target": {"kind": "Deployment"}, "patch": [{"op": "remove", "path": "/x"}]}])
    [patch] = kustomize.shown()["patches"]
    assert json.loads(patch["patch"]) == [{"op": "remove", "path": "/x"}]


def test_a_refused_folder_is_named_with_the_reason(kustomize: Kustomize) -> None:
    """Otherwise the message sends its reader to a temporary folder that is gone."""
    kustomize.builds("", complaint="Error: no such file nothing.yaml in HERE/base")
    with pytest.raises(RenderFailed) as raised:
        kustomize.render()
    assert f"cannot build {kustomize.overlay}" in str(raised.value)
    assert "no such file nothing.yaml in (the throw-away kustomization)/base" in str(raised.value)


def test_a_folder_without_a_kustomization_is_named(kustomize: Kustomize, tmp_path: Path) -> None:
    """Otherwise a path with a typo is reported as a broken symbolic link."""
    with pytest.raises(RenderFailed, match=r"nowhere has no kustomization\.yaml"):
        kustomize.render(components=[tmp_path / "nowhere"])


def test_objects_are_found_by_name(kustomize: Kustomize) -> None:
    """Otherwise each test knows the hash of a generated ConfigMap, and breaks when a value changes."""
    manifests = kustomize.render()
    assert manifests.one("ConfigMap", "webapp") is manifests.one("ConfigMap", "webapp-528gg426c7")
    with pytest.raises(NoSuchObject, match=r"overlay has no Deployment web; it has webapp"):
        manifests.one("Deployment", "web")
    with pytest.raises(NoSuchObject, match="it has no Service at all"):
        manifests.one("Service", "web")


def test_every_image_is_seen(kustomize: Kustomize) -> None:
    """Otherwise an init container or a CronJob runs an image that nobody pinned."""
    assert kustomize.render().images() == {"r.example:5000/shop@sha256:abc", "tool:1"}


def test_texts_stay_texts(kustomize: Kustomize) -> None:
    """Otherwise a setting such as "yes" or "0440" reaches the cluster as a truth value or another number."""
    manifests = kustomize.render()
    data = {"A": "yes", "B": "0440", "C": "1:30", "D": "1e3", "E": "y", "F": "two\nlines\n"}
    assert manifests.one("ConfigMap", "webapp")["data"] == data
    assert manifests.one("ConfigMap", "webapp")["metadata"]["annotations"]["made"] == "2026-11-25"
    assert json.loads(manifests.json())["items"] == list(manifests)
    assert next(iter(yaml.safe_load_all(manifests.yaml())))["data"] == data
    # Go reads these as a number and a truth value unless they are quoted.
    assert "D: '1e3'" in manifests.yaml()
    assert "E: 'y'" in manifests.yaml()
