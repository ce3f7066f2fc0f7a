"""Run as a child: two workers visit a link and one of them dies, as under gunicorn; then one scrape is printed.

Arguments: how many visits the first worker makes, and how many the second.
"""

import os
import sys
from typing import Any

# As gunicorn does: its configuration first, since it decides where the metrics live.
from config import server, settings
from config.wsgi import application


class Worker:
    def __init__(self, pid: int) -> None:
        self.pid = pid


def main(first: int, second: int) -> None:
    from ops import metrics

    dead = _fork(first, "redis")
    _fork(second, "database")
    server.child_exit(None, Worker(dead))
    metrics.BREAKER_OPEN.labels("redis").set(0)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/metrics", "SERVER_PORT": str(settings.METRICS_PORT)}
    sys.stdout.write(b"".join(application(environ, lambda *_: None)).decode())


def _fork(visits: int, away: str) -> int:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return child
    from ops import metrics

    for _ in range(visits):
        _visit()
    metrics.BREAKER_OPEN.labels(away).set(1)
    os._exit(0)


def _visit() -> None:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/spring",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(settings.PORT),
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": sys.stdin.buffer,
    }
    statuses: list[str] = []
    list(application(environ, lambda status, *_: statuses.append(status)))
    assert statuses == ["302 Found"], statuses


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
