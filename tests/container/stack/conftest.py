"""The stack, started once a session for all tests in this folder."""

from collections.abc import Iterator

import pytest

from testkit import evidence, images, process
from testkit.progress import Say
from tests.container.compose.files import ONE_SHOT, RUNNING
from tests.container.conftest import chosen
from tests.container.stack.running import Account, Stack
from tests.container.support.names import ROOT


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, app_image: str, run_id: str, say: Say) -> Iterator[Stack]:
    """The whole stack, up and healthy from nothing."""
    pinned = {name: chosen(name) for name in ("PYTHON_IMAGE", "MYSQL_IMAGE", "REDIS_IMAGE")}
    started = Stack(ROOT, f"strata-{run_id}", process.free_port(), images.identity(app_image), pinned)
    evidence.collect_with(request.config, started.collect)
    say("bringing up the Compose stack …")
    try:
        started.up()
        started.at_first.update({name: started.container(name).state() for name in (*RUNNING, *ONE_SHOT)})
        yield started
    finally:
        # With what a profile has added: a volume of theirs would stay.
        started.compose("--profile=*", "down", "--volumes", "--timeout=0")


@pytest.fixture(scope="session")
def account(stack: Stack) -> Account:
    """An account on the stack, with a password and an API key."""
    return stack.account()
