"""The APM agent: `python -m config.traced gunicorn -c python:config.server config.wsgi`, a command before the server's.

Without it nothing of tracing is imported. It takes the standard's variables (see settings.py: OTEL_…), puts the
tracing middleware first, and becomes the server: same process, same signals.
"""

import os
import signal
import sys
from importlib.metadata import entry_points

# First of all, for the reason that config.server has.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

from config import settings  # noqa: E402  a wrong variable ends the start here, in one line
from ops import otlp  # noqa: E402

_MIDDLEWARE = "ops.tracing.requests.TracingMiddleware"


def main(command: list[str]) -> None:
    """Switches tracing on, and runs `command`, a script of this environment such as gunicorn, in this process."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        sys.exit("strata: OTEL_EXPORTER_OTLP_ENDPOINT: must be set for traces, such as http://collector:4318.")
    scripts = entry_points(group="console_scripts", name=command[0] if command else "")
    if not scripts:
        sys.exit("strata: say what to trace: python -m config.traced gunicorn -c python:config.server config.wsgi")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    otlp.make_importable()
    try:
        # Here, so that the workers share what it takes; none of it may start before the fork.
        import ops.tracing.provider  # noqa: F401, PLC0415
    except ImportError as error:
        sys.exit(f"strata: {error}; tracing needs: pip install --require-hashes -r requirements/tracing.txt")
    # First, so that the line which the next one logs carries the trace's id.
    settings.MIDDLEWARE.insert(0, _MIDDLEWARE)
    sys.argv = command
    (script,) = scripts
    script.load()()


if __name__ == "__main__":
    main(sys.argv[1:])
