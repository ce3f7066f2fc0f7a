"""How soon does a container serve, and what does it say when it cannot?"""

import time
from collections.abc import Mapping

import pytest
from testcontainers.core.network import Network

from testkit.containers import Run
from tests.container.support import app as apps
from tests.container.support.app import App

# Processor seconds from `docker run` to a ready server: a rolling update waits as long for each pod, and an autoscaler
# too. Not seconds by the clock, which depend on what else the machine does; those only bound what is waited for.
READY_CPU = 2.0
READY = 20.0

# Seconds within which a container with a wrong setting must have given up.
GIVE_UP = 20


def test_it_is_ready_soon(
    app_image: str, run: Run, network: Network, app: App, app_environment: dict[str, str]
) -> None:
    """Red: scaling up and rolling out take too long to help. `app` has migrated the database before."""
    begin = time.monotonic()
    with apps.serving(app_image, run, network.name, app_environment) as started:
        started.wait_until_ready()
        seconds, cpu = time.monotonic() - begin, started.container.cpu_seconds()
    told = f"it took {cpu:.1f} s of processor time and {seconds:.1f} s by the clock from docker run to ready"
    assert cpu <= READY_CPU, f"{told}; {READY_CPU:g} s of processor time are allowed"
    assert seconds <= READY, f"{told}; {READY:g} s by the clock are allowed"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "too-short"),
        ("DATABASE_URL", "postgres://db/strata"),
        ("PUBLIC_URL", "go.example.org"),
        ("WEB_WORKERS", "many"),
        ("REDIS_URL_FILE", "/secrets/app/no-such-file"),
    ],
)
def test_a_wrong_setting_ends_with_one_line(
    app_image: str, run: Run, app_environment: dict[str, str], variable: str, value: str | None
) -> None:
    """Red: whoever deploys has to guess from a traceback, or the container restarts for ever without a word."""
    environment = {name: text for name, text in {**app_environment, variable: value}.items() if text is not None}
    environment = _without_rival(environment, variable)
    with apps.working(app_image, run, "none", environment, command=[], network_mode=None) as container:
        code = container.sdk.wait(timeout=GIVE_UP)["StatusCode"]
        log = container.logs()
    shown = f"{variable}={value}" if value else f"no {variable}"
    assert code not in {0, 137}, f"with {shown} it ended with code {code}"
    assert "Traceback" not in log, f"with {shown} it ended with a traceback:\n{log}"
    lines = log.strip().splitlines()
    assert len(lines) == 1, f"with {shown} one line was expected:\n{log}"
    assert variable in lines[0], f"with {shown} the line does not name {variable}: {lines[0]}"


def _without_rival(environment: Mapping[str, str], variable: str) -> dict[str, str]:
    """A setting from a file and one from the environment would compete."""
    rival = variable.removesuffix("_FILE") if variable.endswith("_FILE") else f"{variable}_FILE"
    return {name: value for name, value in environment.items() if name != rival}
