"""Is nothing of tracing there unless the server was started by the agent, and everything when it was?"""

import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ops import otlp
from tests.unit.support.environment import run_python

# As in the image, where these packages lie apart and redis-py, which imports them where it can, finds none.
APART = "import sys; sys.modules['opentelemetry'] = sys.modules['google'] = None; "
LOADED = "[name for name in sys.modules if name.startswith('opentelemetry.')]"
SERVER = f"import config.server, config.wsgi; from config import settings; print(settings.MIDDLEWARE[0], {LOADED})"
JOB = "import runpy; sys.argv = ['manage.py', 'migrate']; runpy.run_path('manage.py', run_name='__main__')"

CONFIGURED = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_SAMPLER": "always_on"}

# A server of our own making: it says what is loaded instead of serving.
FAKE = """
import sys
from importlib import metadata
from config import traced

class Script:
    def load(self):
        return lambda: exec({serves!r})

traced.entry_points = lambda group, name: [Script()] if name == "gunicorn" else []
traced.main(["gunicorn", "-c", "python:config.server"])
"""


@pytest.mark.parametrize("variables", [{}, CONFIGURED], ids=["nothing set", "all set"])
def test_a_plain_start_needs_nothing_of_it(variables: dict[str, str]) -> None:
    """If red, whoever has no APM pays for one with memory, start-up time and each redirect."""
    ended = run_python("-c", APART + SERVER, **variables)
    assert ended.returncode == 0, f"without the agent the server needs tracing's packages: {ended.stderr}"
    assert ended.stdout == "ops.requests.RequestMiddleware []\n", f"loaded without the agent: {ended.stdout}"


def test_a_job_that_reports_nothing_needs_nothing_of_it() -> None:
    """If red, each migration and flush starts more slowly, for metrics that nobody wants."""
    ended = run_python("-c", APART + JOB)
    assert ended.returncode == 0, f"without a receiver a job needs tracing's packages: {ended.stderr}"


def test_the_agent_comes_first_in_the_same_process() -> None:
    """If red, the command in front of the server traces nothing, or the log line comes before there is an id."""
    ended = run_python("-c", FAKE.format(serves="import sys; " + SERVER), **CONFIGURED)
    assert ended.returncode == 0, ended.stderr
    assert "ops.tracing.requests.TracingMiddleware" in ended.stdout, f"not traced: {ended.stdout}"
    assert "opentelemetry.sdk.trace" in ended.stdout


@pytest.mark.parametrize(
    ("command", "changes", "said"),
    [
        (["gunicorn"], {"OTEL_EXPORTER_OTLP_ENDPOINT": None}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (["gunicorn"], {"OTEL_TRACES_SAMPLER": "sometimes"}, "OTEL_TRACES_SAMPLER"),
        (["gunicorn"], {"OTEL_TRACES_SAMPLER_ARG": "1.5"}, "OTEL_TRACES_SAMPLER_ARG"),
        ([], {}, "say what to trace"),
        (["no-such-server"], {}, "say what to trace"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(command: list[str], changes: dict[str, str | None], said: str) -> None:
    """If red, the SDK takes a wrong share as 1.0 and traces everything, or the pod dies of a traceback."""
    ended = run_python("-m", "config.traced", *command, **{**CONFIGURED, **changes})
    told = f"with {command} and {changes}, {said!r} was to be named; it ended with code {ended.returncode}"
    assert said in ended.stderr, f"{told}: {ended.stderr}{ended.stdout}"
    assert ended.returncode == 1, told
    assert ended.stderr.startswith("strata: "), f"{told}: {ended.stderr}"
    assert ended.stderr.count("\n") == 1, f"one line was expected: {ended.stderr}"


def test_missing_packages_are_named_with_the_remedy() -> None:
    """If red, each worker dies of a traceback, and gunicorn starts the next one, for ever."""
    without = "import sys; sys.modules['opentelemetry.sdk'] = None; "
    ended = run_python("-c", without + FAKE.format(serves="import sys; " + SERVER), **CONFIGURED)
    assert ended.returncode == 1, ended.stdout
    assert "requirements/tracing.txt" in ended.stderr, f"no remedy is named: {ended.stderr}"
    assert "Traceback" not in ended.stderr, ended.stderr


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The agent in this process, which it would change for good: SIGTERM and the list of middleware are put back."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    from config import settings, traced

    monkeypatch.setattr(settings, "MIDDLEWARE", list(settings.MIDDLEWARE))
    monkeypatch.setattr(settings, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(sys, "argv", ["traced"])
    return traced


def test_the_server_gets_its_own_arguments(agent: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, gunicorn reads the agent's arguments, and starts something else or nothing."""
    started: list[list[str]] = []

    class Script:
        def load(self) -> Any:
            return lambda: started.append(list(sys.argv))

    monkeypatch.setattr(agent, "entry_points", lambda group, name: [Script()] if name == "gunicorn" else [])
    agent.main(["gunicorn", "-c", "python:config.server", "config.wsgi"])
    assert started == [["gunicorn", "-c", "python:config.server", "config.wsgi"]]
    assert agent.settings.MIDDLEWARE[0] == "ops.tracing.requests.TracingMiddleware"


@pytest.mark.parametrize(("command", "endpoint"), [(["gunicorn"], ""), ([], "http://x"), (["ls"], "http://x")])
def test_the_agent_stops_before_it_changes_anything(
    agent: ModuleType, monkeypatch: pytest.MonkeyPatch, command: list[str], endpoint: str
) -> None:
    """If red, a server starts that sends its traces nowhere."""
    monkeypatch.setattr(agent.settings, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    with pytest.raises(SystemExit, match="strata: "):
        agent.main(command)
    assert agent.settings.MIDDLEWARE[0] == "ops.requests.RequestMiddleware"


def test_packages_that_lie_apart_are_found(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If red, the image's agent does not find what the image has."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    settings.TRACING_PACKAGES = str(tmp_path)
    for _ in range(2):
        otlp.make_importable()
    assert sys.path.count(str(tmp_path)) == 1
