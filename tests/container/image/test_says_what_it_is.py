"""Does the image's configuration tell an orchestrator, a scanner and a person what they need?"""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from testcontainers.core.network import Network

from testkit import containers
from testkit.containers import Run
from tests.container.support import app as apps
from tests.container.support.app import App

Config = Mapping[str, Any]

_LABEL = "org.opencontainers.image."


@pytest.mark.parametrize("name", ["title", "description", "version", "revision"])
def test_labels_are_filled(config: Config, name: str) -> None:
    """Red: nobody can tell from a running container which commit it is."""
    assert (config["Labels"] or {}).get(_LABEL + name), f"the label {_LABEL}{name} is missing or empty"


def test_the_version_is_the_same_everywhere(config: Config, app: App) -> None:
    """Red: the smoke test compares what was deployed with what the app says, and they never agree."""
    label = config["Labels"][f"{_LABEL}version"]
    assert f"VERSION={label}" in config["Env"], f"the label says {label}, the environment says otherwise"
    answered = requests.get(f"{app.url}/healthz/ready", timeout=10).json()["version"]
    assert answered == label, f"the label says {label}, /healthz/ready says {answered}"


def test_the_user_is_a_number_and_not_root(config: Config) -> None:
    """Red: it runs as root; or Kubernetes' runAsNonRoot refuses it, as it cannot know whose name that is."""
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", config["User"]), (
        f"USER is {config['User'] or 'not set (root)'}; it must be a number other than root's, such as 10001:10001"
    )


@pytest.mark.parametrize("field", ["Entrypoint", "Cmd"])
def test_no_shell_stands_before_the_server(config: Config, field: str) -> None:
    """Red: a shell is PID 1, does not pass SIGTERM on, and every stop ends by SIGKILL."""
    words = config[field] or []
    assert words[:1] != ["/bin/sh"], f"{field} is in shell form: {json.dumps(words)}; write it as a JSON list"
    assert not {"-c", "sh", "bash"} & set(words[:1]), f"{field} starts a shell: {json.dumps(words)}"


def test_the_server_is_what_starts(config: Config) -> None:
    """Red: a bare `docker run` starts something else."""
    command = [*(config["Entrypoint"] or []), *(config["Cmd"] or [])]
    assert command[:1] == ["gunicorn"], f"the image starts {json.dumps(command)}, not gunicorn"


def test_ports_are_the_web_and_the_metrics_one(config: Config) -> None:
    """Red: `docker run -P` and generated manifests open another port, or miss one."""
    exposed = set(config.get("ExposedPorts") or {})
    assert exposed == {"8000/tcp", "8001/tcp"}, f"EXPOSE says {sorted(exposed)}; web is 8000 and metrics 8001"


def test_the_stop_signal_is_the_one_that_drains(config: Config) -> None:
    """Red: the server stops at once, with requests in flight."""
    assert config.get("StopSignal") == "SIGTERM", f"STOPSIGNAL is {config.get('StopSignal')}; SIGTERM drains"


def test_health_is_checked_without_extra_tools(config: Config) -> None:
    """Red: a hung server is never noticed by the engine, or the check itself fails as curl is missing."""
    check = (config.get("Healthcheck") or {}).get("Test") or ["NONE"]
    assert check[0] == "CMD", f"HEALTHCHECK is {check}; it must be there, in exec form"
    assert check[1] == "python", f"HEALTHCHECK runs {check[1]}, which the image need not have; python it has"


def test_the_health_check_works(
    config: Config, app_image: str, run: Run, network: Network, app: App, app_environment: dict[str, str]
) -> None:
    """Red: every container is restarted for being unhealthy, or a hung one never is. `app` has migrated before."""
    assert config.get("Healthcheck"), "HEALTHCHECK is missing in the Dockerfile"
    # The image's own check, which is off in the layer's other servers.
    with apps.serving(app_image, run, network.name, app_environment, name="watched", healthcheck=None) as watched:
        watched.container.wait(containers.healthy, 30, "the HEALTHCHECK to call a ready server healthy")
    command = config["Healthcheck"]["Test"][1:]
    with pytest.raises(containers.CommandFailed, match="no answer"):
        # Nothing listens there: it is the check's own view of a server that is away.
        app.container.exec(command, env={"PORT": "9"})


def test_python_is_told_what_a_container_needs(config: Config) -> None:
    """Red: log lines come late or never, or Python tries to write byte code at each import."""
    environment = dict(variable.split("=", 1) for variable in config["Env"])
    assert environment.get("PYTHONUNBUFFERED") == "1", "PYTHONUNBUFFERED is not set: the last log lines are lost"
    assert environment.get("PYTHONDONTWRITEBYTECODE") == "1", "PYTHONDONTWRITEBYTECODE is not set"
    assert environment["PATH"].startswith("/venv/bin:"), f"PATH is {environment['PATH']}, and must begin with /venv/bin"
