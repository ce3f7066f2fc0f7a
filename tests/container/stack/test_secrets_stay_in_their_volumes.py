"""The stack makes its secrets itself. Can anybody read them who should not?"""

import re

import pytest

from testkit import containers
from tests.container.compose.files import ONE_SHOT, RUNNING
from tests.container.stack.running import Account, Stack

# Long enough for no other text to contain one by chance.
_SHORTEST_SECRET = 20


@pytest.fixture(scope="module")
def secrets(stack: Stack) -> dict[str, str]:
    """Every secret that is in the volumes, by file; the password alone where the file holds more."""
    found = {name: re.sub(r"^requirepass ", "", text) for name, text in stack.secrets().items()}
    passwords = {
        f"{name} (its password)": match[1] for name, text in found.items() if (match := re.search(r":([^:@/]+)@", text))
    }
    return {**found, **passwords}


def test_they_are_random_and_long(secrets: dict[str, str]) -> None:
    """Red: a stack's database can be opened by guessing."""
    short = [name for name, text in secrets.items() if len(text) < _SHORTEST_SECRET]
    assert len(secrets) >= 7, f"expected the secrets of app, MySQL and Redis, found {sorted(secrets)}"
    assert not short, f"shorter than {_SHORTEST_SECRET} characters: {', '.join(short)}"


@pytest.mark.parametrize("service", [*RUNNING, *ONE_SHOT])
def test_no_environment_has_one(stack: Stack, secrets: dict[str, str], service: str) -> None:
    """Red: whoever may list containers, or read /proc, or gets a crash report, has the database."""
    environment = "\n".join(stack.container(service).sdk.attrs["Config"]["Env"])
    found = [name for name, text in secrets.items() if text in environment]
    assert not found, f"the environment of {service} has {', '.join(found)}"


@pytest.mark.parametrize("service", [*RUNNING, *ONE_SHOT])
def test_no_command_line_has_one(stack: Stack, secrets: dict[str, str], service: str) -> None:
    """Red: `ps` on the host shows it to everybody."""
    attrs = stack.container(service).sdk.attrs
    words = str([attrs["Path"], attrs["Args"], attrs["Config"].get("Healthcheck")])
    found = [name for name, text in secrets.items() if text in words]
    assert not found, f"the command line or the health check of {service} has {', '.join(found)}"


@pytest.mark.parametrize("service", [*RUNNING, *ONE_SHOT])
def test_no_log_has_one(stack: Stack, account: Account, secrets: dict[str, str], service: str) -> None:
    """Red: the log store, which many may read, has the passwords."""
    stack.wait_until_it_serves(stack.link(account))
    log = stack.container(service).logs()
    known = {**secrets, "the account's password": account.password, "the account's API key": account.key}
    found = [name for name, text in known.items() if text in log]
    assert not found, f"the log of {service} has {', '.join(found)}"


@pytest.mark.parametrize(
    ("service", "folders"),
    [("webapp", {"app"}), ("flusher", {"app"}), ("migrate", {"app"}), ("mysql", {"mysql"}), ("redis", {"redis"})],
)
def test_each_service_sees_its_own_alone(stack: Stack, service: str, folders: set[str]) -> None:
    """Red: a break-in into Redis opens MySQL too."""
    mounts = [mount for mount in stack.container(service).sdk.attrs["Mounts"] if "/secrets/" in mount["Destination"]]
    seen = {mount["Destination"].rpartition("/")[2] for mount in mounts}
    assert seen == folders, f"{service} mounts the secrets of {sorted(seen)}, and needs {sorted(folders)}"
    writable = [mount["Destination"] for mount in mounts if mount["RW"]]
    assert not writable, f"{service} may write {', '.join(writable)}"


def test_the_image_holds_none_of_them(stack: Stack, secrets: dict[str, str]) -> None:
    """Red: every stack has the same secrets."""
    history = str(containers.engine().images.get(stack.image).history())
    assert not [name for name, text in secrets.items() if text in history], "a secret is in the image's history"
