"""Where the time of one cached redirect goes, layer by layer: the app called in a loop, as gunicorn calls it.

Run in the app's environment with a slug and a number of calls; the last line of its output is the answer as JSON.
A layer's time is what it spends itself, without what it calls in turn.
"""

import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.stand import PROXY_HEADERS

# Calls before anything is timed: first connection, first script, first statement.
WARM_UP = 500

Clock = Callable[[], int]


class Watch:
    """Timers around functions: `spent[layer]` in nanoseconds of `clock`, without what inner timers took."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.spent: dict[str, int] = {}
        self._inner: list[int] = []

    def around(self, owner: Any, name: str, layer: str) -> None:
        """Times every call of `owner.name` from now on."""
        original = getattr(owner, name)
        self.spent[layer] = 0

        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0)
            begin = self.clock()
            try:
                return original(*args, **kwargs)
            finally:
                total = self.clock() - begin
                self.spent[layer] += total - self._inner.pop()
                if self._inner:
                    self._inner[-1] += total

        setattr(owner, name, timed)

    def restart(self, clock: Clock) -> None:
        """Forgets what was spent, and goes on with another clock."""
        self.clock = clock
        self.spent = dict.fromkeys(self.spent, 0)


def main() -> None:
    slug, calls = sys.argv[1], int(sys.argv[2])
    answer_on = sys.stdout
    # As in production the log lines are written somewhere, and metrics go to files that all processes share.
    sys.stdout = Path(os.environ["TMPDIR"], "log").open("w")  # noqa: SIM115  open to the end
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ["TMPDIR"]

    watch = Watch(time.perf_counter_ns)
    application = _application()
    _call(application, slug, WARM_UP)
    plain = {name: _timed(application, slug, calls, clock) for name, clock in _CLOCKS.items()}
    _watch_layers(watch)
    layers: dict[str, dict[str, float]] = {}
    for name, clock in _CLOCKS.items():
        # The chain of middleware was bound before the timers: it is built anew, inside them.
        watched = _application()
        _call(watched, slug, WARM_UP)
        watch.restart(clock)
        _timed(watched, slug, calls, clock)
        for layer, spent in watch.spent.items():
            layers.setdefault(layer, {})[name] = spent / calls / 1e3
    answer_on.write(json.dumps({"plain": plain, "layers": layers}) + "\n")


_CLOCKS: dict[str, Clock] = {"elapsed": time.perf_counter_ns, "cpu": time.thread_time_ns}


def _application() -> Any:
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  only now does stdout lead to the log

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    return get_wsgi_application()


def _timed(application: Any, slug: str, calls: int, clock: Clock) -> float:
    """Returns the microseconds of one call, on average."""
    begin = clock()
    _call(application, slug, calls)
    return (clock() - begin) / calls / 1e3


def _call(application: Any, slug: str, calls: int) -> None:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in PROXY_HEADERS.items()}
    request = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/{slug}",
        "RAW_URI": f"/{slug}",
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": os.environ["PORT"],
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        **headers,
    }
    statuses = []
    for _ in range(calls):
        response = application(
            {**request, "wsgi.input": io.BytesIO()}, lambda status, _headers: statuses.append(status)
        )
        list(response)
        response.close()
    if wrong := [status for status in statuses if not status.startswith("302")]:
        raise SystemExit(f"{len(wrong)} of {calls} calls were not answered with a redirect, one of them: {wrong[0]}")


def _watch_layers(watch: Watch) -> None:
    from django.core.handlers.wsgi import WSGIHandler, WSGIRequest  # noqa: PLC0415  these need the apps to be loaded
    from django.http import HttpResponse  # noqa: PLC0415
    from django.middleware.security import SecurityMiddleware  # noqa: PLC0415
    from prometheus_client import Counter, Histogram  # noqa: PLC0415
    from redis.connection import Connection  # noqa: PLC0415

    from links import queue, redirects  # noqa: PLC0415
    from ops import clients, redis, requests  # noqa: PLC0415
    from ops.health import HealthMiddleware  # noqa: PLC0415
    from ops.redis import Script  # noqa: PLC0415

    for owner, name, layer in (
        (WSGIHandler, "__call__", "Django: handler, signals, writing the headers"),
        (WSGIRequest, "__init__", "Django: request object"),
        (HttpResponse, "close", "Django: end of the request"),
        (HttpResponse, "__init__", "Django: response object"),
        (SecurityMiddleware, "__call__", "SecurityMiddleware"),
        (requests.RequestMiddleware, "__call__", "RequestMiddleware: request id, report"),
        (clients, "drop_untrusted_headers", "RequestMiddleware: forwarded headers"),
        (requests.logger, "log", "log line"),
        (Histogram, "observe", "metrics"),
        (Counter, "inc", "metrics"),
        (HealthMiddleware, "__call__", "HealthMiddleware"),
        (redirects.RedirectMiddleware, "__call__", "RedirectMiddleware: path, headers"),
        (redirects, "follow", "follow: clock, day, outcome"),
        (queue, "visit", "follow: clock, day, outcome"),
        (redirects, "_read", "reading links that went stale from the database"),
        (Script, "__call__", "Redis: script, breaker"),
        (redis, "_connection", "Redis: is the thread's connection alive"),
        (Connection, "send_command", "Redis: send"),
        (Connection, "read_response", "Redis: wait for the reply, parse it"),
    ):
        watch.around(owner, name, layer)


if __name__ == "__main__":
    main()
