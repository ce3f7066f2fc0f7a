"""The bare commands: does the stack come up, serve, come back after each restart, and keep its data?"""

import pytest

from testkit import wait
from tests.container.compose.files import ONE_SHOT, RUNNING
from tests.container.stack.running import Account, Stack

# More than the flusher's rounds of 2 s, with room for a busy machine.
COUNTED = 30


@pytest.fixture(scope="module")
def slug(stack: Stack, account: Account) -> str:
    return stack.link(account)


def test_it_comes_up_healthy_from_nothing(stack: Stack) -> None:
    """Red: a fresh clone does not start by the README's two commands."""
    for service in RUNNING:
        health = stack.at_first[service]["Health"]
        assert health["Status"] == "healthy", f"{service} is {health}"
        assert stack.container(service).sdk.attrs["RestartCount"] == 0, f"{service} had to be started more than once"
    for service in ONE_SHOT:
        code = stack.at_first[service]["ExitCode"]
        assert code == 0, f"{service} ended with code {code}; {stack.container(service).tail()}"


def test_it_serves(stack: Stack, account: Account, slug: str) -> None:
    """Red: the stack is up, and a link does not work or is not counted."""
    assert stack.get("/").status_code == 200, "the start page does not answer with 200"
    before = stack.visits(account, slug)
    assert stack.get(f"/{slug}").headers["Location"] == "https://example.org/there", "the link leads elsewhere"
    _wait_for_visits(stack, account, slug, before + 1)


@pytest.mark.parametrize("path", ["/metrics", "/monitoring"])
def test_metrics_are_not_public(stack: Stack, path: str) -> None:
    """Red: everybody can read how the business goes, and which targets fail."""
    assert stack.get(path).status_code == 404, f"{path} answers on the public port"


@pytest.mark.parametrize("service", RUNNING)
def test_it_comes_back_after_a_restart(stack: Stack, account: Account, slug: str, service: str) -> None:
    """Red: restarting one service breaks the stack until somebody restarts the others too."""
    stack.wait_until_it_serves(slug)
    before = stack.visits(account, slug)
    stack.compose("restart", service)
    stack.wait_until_it_serves(slug)
    _wait_for_visits(stack, account, slug, before + 1)


def test_it_keeps_its_data_across_down_and_up(stack: Stack, account: Account, slug: str) -> None:
    """Red: `docker compose down` before an update costs all links, counts, accounts and passwords."""
    stack.wait_until_it_serves(slug)
    before = stack.visits(account, slug)
    secrets = stack.secrets()
    stack.compose("down")
    stack.up()
    assert stack.secrets() == secrets, "the secrets were made anew: MySQL's data cannot be opened with them"
    stack.wait_until_it_serves(slug)
    assert stack.visits(account, slug) >= before, "visits that were counted are gone after down and up"
    _wait_for_visits(stack, account, slug, before + 1)


def _wait_for_visits(stack: Stack, account: Account, slug: str, number: int) -> None:
    def probe() -> bool | wait.NotYet:
        seen = stack.visits(account, slug)
        return seen >= number or wait.NotYet(f"{seen} visits are counted")

    wait.until(probe, COUNTED, every=0.2, why=f"{number} visits to be counted by the flusher", hint="see its log")
