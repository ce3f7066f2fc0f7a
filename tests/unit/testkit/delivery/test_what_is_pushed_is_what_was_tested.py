"""Can anything reach the registry that is not the image the layers have tested?"""

import json
import os
from pathlib import Path

import pytest

from testkit.delivery.image import Carried, NotCarried
from testkit.delivery.push import push
from tests.unit.testkit.delivery.conftest import Said

ID = "sha256:" + "1" * 64
DIGEST = "sha256:" + "2" * 64
REPOSITORY = "registry.example/shop"
CARRIED = Carried(ID, "shop:4f1c0d2b7a9e", "4f1c0d2b7a9e" + "0" * 28)


@pytest.fixture
def registry(docker: Said) -> Said:
    """A registry that takes what it is given."""
    docker("image inspect", f"echo '{json.dumps([{'RepoDigests': [f'{REPOSITORY}@{DIGEST}']}])}'")
    docker("buildx imagetools", f"echo '{json.dumps({'config': {'digest': ID}})}'")
    return docker


def environment(**more: str) -> dict[str, str]:
    """What the pipeline sets."""
    return {"PATH": os.environ["PATH"], "APP_IMAGE": ID, **more}


def test_the_reference_is_by_digest(registry: Said) -> None:
    """Red: what is deployed is named by a tag, which means another image tomorrow."""
    assert push(CARRIED, REPOSITORY, environment()) == f"{REPOSITORY}@{DIGEST}"


@pytest.mark.parametrize("tested", ["sha256:" + "9" * 64, ""])
def test_another_image_than_the_tested_one_is_refused(registry: Said, asked: Path, tested: str) -> None:
    """Red: a base image was updated between test and push, and nobody has tested the result."""
    with pytest.raises(NotCarried, match="what was tested is"):
        push(CARRIED, REPOSITORY, environment(APP_IMAGE=tested))
    assert not asked.exists(), f"docker was asked all the same: {asked.read_text()}"


def test_a_registry_with_another_configuration_is_refused(registry: Said) -> None:
    """Red: the tag was overwritten by another build, and that one is deployed."""
    registry("buildx imagetools", f"echo '{json.dumps({'config': {'digest': DIGEST}})}'")
    with pytest.raises(NotCarried, match="must not be deployed"):
        push(CARRIED, REPOSITORY, environment())


def test_a_push_that_fails_says_what_docker_said(registry: Said) -> None:
    """Red: the registry is full, and the build says "exit code 1"."""
    registry("push", "echo 'no space left'; exit 1")
    with pytest.raises(NotCarried, match="no space left"):
        push(CARRIED, REPOSITORY, environment())


def test_credentials_lie_nowhere_afterwards(registry: Said, tmp_path: Path) -> None:
    """Red: the registry's password stays on every agent, in docker's own file."""
    registry("push", f'cp "$DOCKER_CONFIG/config.json" {tmp_path}/seen; echo "$DOCKER_CONFIG" >{tmp_path}/where')
    push(CARRIED, REPOSITORY, environment(REGISTRY_USER="bot", REGISTRY_PASSWORD="s3cret"))
    assert "registry.example" in (tmp_path / "seen").read_text(), "docker got no login for the registry"
    assert not Path((tmp_path / "where").read_text().strip()).exists(), "the login is still there"


def test_the_local_tag_is_taken_off(registry: Said, asked: Path) -> None:
    """Red: agents keep every image that was ever pushed."""
    push(CARRIED, REPOSITORY, environment())
    assert f"image rm {REPOSITORY}:4f1c0d2b7a9e" in asked.read_text().splitlines()
