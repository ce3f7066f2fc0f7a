"""Does this engine do to each service what the Compose file asks for?"""

import pytest

from tests.container.compose.files import ONE_SHOT, RUNNING
from tests.container.stack.running import Stack

SERVICES = (*RUNNING, *ONE_SHOT)


@pytest.mark.parametrize("service", SERVICES)
def test_the_engine_holds_it_to_that(stack: Stack, service: str) -> None:
    """Red: the file says so, and this Compose or this engine does not do it."""
    host = stack.container(service).sdk.attrs["HostConfig"]
    assert host["ReadonlyRootfs"], f"{service} can write to its root"
    assert host["CapDrop"] == ["ALL"], f"{service} drops {host['CapDrop']}"
    assert not host["CapAdd"], f"{service} adds {host['CapAdd']}"
    assert "no-new-privileges:true" in host["SecurityOpt"], f"{service} may gain privileges"
    assert host["Memory"] > 0, f"{service} has no memory limit"
    assert host["PidsLimit"] > 0, f"{service} has no limit of processes"


def test_the_engine_publishes_one_port(stack: Stack) -> None:
    """Red: as above, for the ports."""
    published = {
        (service, inside, bound["HostIp"])
        for service in RUNNING
        for inside, bounds in stack.container(service).sdk.attrs["NetworkSettings"]["Ports"].items()
        for bound in bounds or []
    }
    assert published == {("webapp", "8000/tcp", "127.0.0.1")}, f"published are {sorted(published)}"
