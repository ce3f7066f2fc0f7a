"""Is it certain which image each container runs?"""

import re

import pytest

from tests.k8s.support.overlays import KUSTOMIZE, OTHERS_PROGRAMS, OVERLAYS, SHARED, every_container, overlay

# What the manifests call them; whoever deploys sets the rest.
NAMES = {"strata", *OTHERS_PROGRAMS}
_DIGEST = re.compile(r"(?P<name>[\w./:-]+)@sha256:[0-9a-f]{64}")


def test_an_image_is_a_bare_name_or_a_digest() -> None:
    """Red: what runs tomorrow is not what was tested today, and nobody decided that."""
    for where, container in every_container():
        image = container["image"]
        tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
        assert not tag, (
            f"{where}: image {image} has the tag {tag}; wanted: a digest, or a bare name that is set on deploy"
        )
        assert image in NAMES or _DIGEST.fullmatch(image), f"{where}: image {image} is neither of {NAMES} nor by digest"


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_environment_has_a_digest(name: str) -> None:
    """Red: somebody deploys without an image that the pipeline has tested."""
    loose = sorted(image for image in overlay(name).images() if not _DIGEST.fullmatch(image))
    assert not loose, f"{name}: {', '.join(loose)} is not by digest; see `images:` in its kustomization.yaml"


def test_no_file_says_latest() -> None:
    """Red: the same, by a way that no overlay of today takes."""
    for file in sorted(KUSTOMIZE.rglob("*.yaml")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            floats = re.search(r"(:|newTag: *\"?)latest\b", line.partition("#")[0])
            assert not floats, f"{file.relative_to(KUSTOMIZE)}:{number}: image by the tag latest: {line.strip()}"


def test_pods_of_one_version_run_together() -> None:
    """Red: the flusher or the migration is left behind at the last release."""
    for name in OVERLAYS:
        ours = {container["image"] for where, container in every_container() if where.startswith(f"{name}: ")}
        ours -= OTHERS_PROGRAMS
        assert len(ours) == 1, f"{name}: web, flusher and migration run different images: {sorted(ours)}"
