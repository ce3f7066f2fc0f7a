"""Do management commands start without what only the web needs? Each new pod waits for two of them."""

from tests.unit.support.environment import run_python

COMMANDS = ("create_api_key", "create_user", "flush_clicks", "migrate", "wait_for")
LOADED = f"""
import importlib, sys
import django
sys.modules["opentelemetry"] = None  # in the image it lies apart, and redis-py imports it where it can
django.setup()
for name in {COMMANDS}:
    importlib.import_module(f"links.management.commands.{{name}}")
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"ninja", "pydantic", "unittest", "gunicorn"}}))
"""


def test_no_command_loads_the_api() -> None:
    """Red: each migration, each pod's wait and each flusher starts half as long again, for an API they do not have."""
    ended = run_python("-c", LOADED, DJANGO_SETTINGS_MODULE="config.settings")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "[]\n", f"loaded by management commands: {ended.stdout}"
