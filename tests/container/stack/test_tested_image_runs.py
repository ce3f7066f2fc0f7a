"""Is what runs in the stack, and what the browser's tests see, the image that the layer tested?"""

import pytest

from testkit import containers, images
from tests.container.compose.files import APP_SERVICES, RUNNING
from tests.container.stack.running import Stack
from tests.container.support.names import ROOT


@pytest.mark.parametrize("service", APP_SERVICES)
def test_the_tested_image_runs(stack: Stack, app_image: str, service: str) -> None:
    """Red: what the layer tested is not what the stack, and with it the browser's tests, ran on."""
    running = stack.container(service).sdk.attrs["Image"]
    assert running == images.identity(app_image), f"{service} runs {running}, and {app_image} was tested"


def test_the_stores_are_the_chosen_ones(stack: Stack) -> None:
    """Red: the stack was tested on another MySQL or Redis than the rest of the layer."""
    for service, variable in (("mysql", "MYSQL_IMAGE"), ("redis", "REDIS_IMAGE")):
        wanted = images.identity(images.resolve(variable, ROOT))
        assert stack.container(service).sdk.attrs["Image"] == wanted, f"{service} does not run {variable}"


def test_every_service_is_there(stack: Stack) -> None:
    """Red: a service of the file was not started, or one that nobody knows runs beside them."""
    label = {"label": f"com.docker.compose.project={stack.project}"}
    found = {sdk.labels["com.docker.compose.service"] for sdk in containers.engine().containers.list(filters=label)}
    assert found == set(RUNNING), f"running are {sorted(found)}; wanted: {sorted(RUNNING)}"
