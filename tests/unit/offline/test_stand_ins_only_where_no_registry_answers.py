"""Does a stand-in ever hide a wrong pin, or a registry's silence cost more than once?"""

import os
import time
from pathlib import Path

import pytest

from offline import docker

NO_SUCH_HOST = 'Error response from daemon: Get "https://r.example/v2/": dial tcp: lookup r.example: no such host'
NOT_A_REGISTRY = "Error response from daemon: error parsing HTTP 404 response body: invalid character '<'"
NO_SUCH_TAG = "Error response from daemon: manifest for r.example/app:9 not found: manifest unknown: manifest unknown"


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` that writes a line for each call into this file, and answers with $ANSWER and $CODE."""
    log = tmp_path / "calls"
    log.touch()
    script = tmp_path / "bin" / "docker"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$@" >>{log}\necho "$ANSWER" >&2\nexit $CODE\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    return log


def answer(monkeypatch: pytest.MonkeyPatch, code: int, text: str) -> None:
    monkeypatch.setenv("CODE", str(code))
    monkeypatch.setenv("ANSWER", text)


@pytest.mark.parametrize("said", [NO_SUCH_HOST, NOT_A_REGISTRY])
def test_silence_is_remembered_for_all_images_of_the_registry(
    said: str, calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red: an offline machine waits for the time-out again, for every image and every run."""
    answer(monkeypatch, 1, said)
    for image in ("r.example/app:9", "r.example/other:1"):
        with pytest.raises(docker.RegistrySilent, match=r"^r\.example serves no image here"):
            docker.pull(image, tmp_path)
    assert calls.read_text().splitlines() == ["pull r.example/app:9"], "the silent registry was asked again"


def test_silence_is_forgotten_after_an_hour(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a machine that was offline once stays on stand-ins for ever."""
    answer(monkeypatch, 1, NO_SUCH_HOST)
    with pytest.raises(docker.RegistrySilent):
        docker.pull("r.example/app:9", tmp_path)
    long_ago = time.time() - docker.SILENCE_IS_REMEMBERED_FOR_SECONDS - 1
    os.utime(tmp_path / "silent-r.example", (long_ago, long_ago))
    answer(monkeypatch, 0, "pulled")
    docker.pull("r.example/app:9", tmp_path)
    docker.pull("r.example/other:1", tmp_path)
    assert len(calls.read_text().splitlines()) == 3, "an answer did not end the silence"


def test_a_registry_without_the_image_is_an_error(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: a typing mistake in images.env is papered over by a stand-in, and found in production."""
    answer(monkeypatch, 1, NO_SUCH_TAG)
    with pytest.raises(docker.NoSuchImage, match=r"r\.example answers and does not have r\.example/app:9"):
        docker.pull("r.example/app:9", tmp_path)
    assert calls.read_text(), "the registry was not asked"
    assert not (tmp_path / "silent-r.example").exists(), "an answer was taken for silence"


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("mysql:9.7.2", "docker.io"),
        ("kindest/node:v1.35.4", "docker.io"),
        ("registry.k8s.io/pause:3.10", "registry.k8s.io"),
        ("localhost/app:1", "localhost"),
        ("mirror:5000/mysql:9.7.2", "mirror:5000"),
    ],
)
def test_the_registry_is_read_from_the_image(image: str, registry: str) -> None:
    """Red: the silence of one registry keeps another from being asked."""
    assert docker.registry_of(image) == registry
