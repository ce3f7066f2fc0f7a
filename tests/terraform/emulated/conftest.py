"""The network applied for real, to the emulator; the steps of its life are made once, in their order."""

import pytest

from tests.terraform.support.lives import Life, lived


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """The network's whole life: two zones, again, three zones, protected, destroyed."""
    return lived(tmp_path_factory.mktemp("applied"))
