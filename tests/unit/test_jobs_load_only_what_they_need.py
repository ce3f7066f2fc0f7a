"""Do management commands start without what only the web needs? Each new pod waits for two of them."""

from tests.unit.support.environment import run_python

LOADED = """
import sys
import django
from django.core.management import get_commands, load_command_class
sys.modules["opentelemetry"] = None  # in the image it lies apart, and redis-py imports it where it can
django.setup()
ours = [name for name, app in get_commands().items() if app == "links"]
assert "migrate" in ours
for name in ours:
    load_command_class("links", name)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"ninja", "pydantic", "unittest", "gunicorn"}))
"""


def test_no_command_loads_the_api() -> None:
    """Red: each migration, each pod's wait and each flusher starts half as long again, for an API they do not have."""
    ended = run_python("-c", LOADED, DJANGO_SETTINGS_MODULE="config.settings")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "[]\n", f"loaded by management commands: {ended.stdout}"
