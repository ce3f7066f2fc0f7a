"""Does only a process that traces, or reports, import the packages for it?"""

import pytest

from testkit.containers import CommandFailed
from tests.container.support.app import App

LOADED = "print([name for name in sys.modules if name.startswith(('opentelemetry', 'google'))])"


def test_the_app_finds_none_of_it_by_itself(app: App) -> None:
    """Red: redis-py imports OpenTelemetry wherever it can, so that every process pays with memory and start-up time."""
    output = app.container.exec(["python", "-c", f"import sys, config.server, config.wsgi; {LOADED}"])
    assert output.splitlines()[-1] == "[]", f"the app imports tracing's packages without the agent: {output}"


@pytest.mark.parametrize("module", ["ops.tracing.provider", "opentelemetry.proto.collector.metrics.v1"])
def test_they_are_all_there_for_whoever_asks(app: App, module: str) -> None:
    """Red: the agent ends with an ImportError, in production alone."""
    ask = f"from config import settings; from ops import otlp; otlp.make_importable(); import {module}"
    try:
        app.container.exec(["python", "-c", ask], env={"DJANGO_SETTINGS_MODULE": "config.settings"})
    except CommandFailed as error:
        pytest.fail(f"the image lacks what tracing needs (TRACING_PACKAGES): {error}", pytrace=False)
