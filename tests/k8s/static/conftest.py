"""The static tests wait for nobody, and run beside those that wait for the cluster."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def _the_cluster_comes_first() -> None:
    """Leave the processors to the cluster as long as it wants them: the layer takes as long as that does."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.nice(10)
