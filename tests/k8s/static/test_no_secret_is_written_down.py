"""Is every secret made elsewhere, and none in a file or in what the files render to?"""

import re

import pytest

from tests.k8s.support.overlays import KUSTOMIZE, OVERLAYS, configuration, every_container, name_of, overlay, walk

_NAME = re.compile(r"(?i)(password|passwd|secret|token|credential|_key\b|database_url|redis_url)")
_VALUE = re.compile(r"://[^\s/:@]*:[^\s/@$]+@|-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}")


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_manifest_holds_a_secret(name: str) -> None:
    """Red: whoever reads the repository, or a release's manifests, has the password of production."""
    secrets = [name_of(item) for item in overlay(name).of("Secret")]
    assert not secrets, f"{name}: {', '.join(secrets)} is committed; secrets are made on deploy or kept by the cloud"
    for item in overlay(name):
        found = [path for path, value in walk(item) if _VALUE.search(str(value))]
        assert not found, f"{name}: {name_of(item)}: {found[0]} holds a password or a key"


@pytest.mark.parametrize("name", OVERLAYS)
def test_what_is_secret_comes_from_a_file(name: str) -> None:
    """Red: the same, and it is also in the environment of every process."""
    said = [(f"{name}: ConfigMap", variable, text) for variable, text in configuration(name).items()]
    said += [
        (where, variable["name"], variable.get("value", "from elsewhere"))
        for where, container in every_container()
        for variable in container.get("env", [])
        if where.startswith(f"{name}: ")
    ]
    for where, variable, text in said:
        by_file = variable.endswith("_FILE") and text.startswith("/secrets/")
        assert by_file or not _NAME.search(variable), f"{where}: {variable} holds a secret; wanted: {variable}_FILE"


def test_no_file_beside_them_holds_one() -> None:
    """Red: a file that a generator reads, or that nobody reads any more, has it."""
    for file in sorted(KUSTOMIZE.rglob("*")):
        if not file.is_file() or "__pycache__" in file.parts:
            continue
        where = file.relative_to(KUSTOMIZE)
        assert file.suffix in {".yaml", ".yml", ".json", ".md", ".py"}, (
            f"{where}: what is this? Manifests, settings, dashboards, READMEs and programs only"
        )
        text = file.read_text()
        found = _VALUE.search(text)
        assert not found, f"{where}: {found and found[0]!r} is a password or a key"
        assert "secretGenerator" not in text or file.suffix == ".md", (
            f"{where}: a secretGenerator commits what it holds"
        )
