"""What the Compose files say. No container is started here; only Compose must be installed."""

import pytest

from tests.container.compose import files
from tests.container.compose.files import BUILT, CI, MAIN, Rendered


@pytest.fixture(scope="session")
def main_file() -> Rendered:
    """docker-compose.yml as everybody starts it."""
    return files.rendered(MAIN)


@pytest.fixture(scope="session")
def watched() -> Rendered:
    """docker-compose.yml with everything that there is."""
    return files.rendered(MAIN, profile="grafana")


@pytest.fixture(scope="session")
def in_ci() -> Rendered:
    """Both files merged, as CI starts them."""
    return files.rendered(MAIN, CI, APP_IMAGE=BUILT)
