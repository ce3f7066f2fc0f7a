"""Can the app be imported once and then forked: does its import leave nothing behind in the parent alone?"""

import pytest

from tests.unit.support.environment import run_python

# What a fork does not take along, or must not: threads, and connections that parent and children would both read from.
LEFT = """
import os, stat, threading
def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
print([thread.name for thread in threading.enumerate()][1:], [number for number in range(100) if is_socket(number)])
"""
PLAIN = "import config.server, config.wsgi"
# The agent's middleware is built with the app; its tracer has a thread that sends.
TRACED = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import config.server
from config import settings
settings.MIDDLEWARE.insert(0, "ops.tracing.requests.TracingMiddleware")
import config.wsgi, sys
assert "ops.tracing.provider" in sys.modules
"""
STORES = {"REDIS_URL": "redis://127.0.0.1:9/0", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


@pytest.mark.parametrize("start", [PLAIN, TRACED], ids=["plain", "traced"])
def test_the_import_starts_no_thread_and_opens_no_connection(start: str) -> None:
    """Red: the workers wait for a thread that only their parent has, or read each other's answers."""
    ended = run_python("-c", start + LEFT, **STORES)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "[] []\n", f"threads and sockets that the import left in the parent: {ended.stdout}"
