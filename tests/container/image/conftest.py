"""The image seen from three sides: its configuration, its files, and a hardened server that runs it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import testinfra

from testkit import containers
from testkit.containers import Run
from tests.container.image import filesystem
from tests.container.image.filesystem import Entry
from tests.container.support.app import App

# Where Debian, and its relatives, keep authorities that somebody added to the machine.
_LOCAL_AUTHORITIES = Path("/usr/local/share/ca-certificates")

# What every certificate in PEM begins with, and no program that only knows the format contains.
CERTIFICATE = "a certificate"
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMII"


@pytest.fixture(scope="session")
def config(app_image: str) -> Mapping[str, Any]:
    """The image's configuration: what it runs, as whom, with which environment."""
    found: Mapping[str, Any] = containers.engine().images.get(app_image).attrs["Config"]
    return found


@pytest.fixture(scope="session")
def entries(app_image: str, run: Run) -> list[Entry]:
    """Every file, folder and link of the image."""
    created = containers.engine().containers.create(app_image, labels=run.labels)
    try:
        return filesystem.read(created.id, needles={CERTIFICATE: _CERTIFICATE, **_own_authorities()})
    finally:
        created.remove()


@pytest.fixture(scope="session")
def host(app: App) -> Any:
    """Testinfra's view into a running server."""
    return testinfra.get_host(f"docker://{app.container.id}")


def _own_authorities() -> dict[str, bytes]:
    """One line of each certificate that this machine trusts by somebody's decision, by its file."""
    certificates = _LOCAL_AUTHORITIES.glob("**/*.crt")
    # From the middle, where the key is, which no two certificates share.
    lines = {str(file): re.findall(rb"^[A-Za-z0-9+/]{64}$", file.read_bytes(), re.MULTILINE) for file in certificates}
    return {name: found[len(found) // 2] for name, found in lines.items() if found}
