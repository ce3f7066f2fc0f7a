"""Liveness and readiness, answered before anything that could need a store.

Liveness depends on nothing outside: a restart mends a stuck process, never an absent database. Readiness says whether
*this process* can serve: started, not draining, schema not behind. MySQL or Redis away is reported in the body and in
metrics and leaves readiness alone, since it would take every replica off at once and cached redirects with them.
"""

import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError

from ops import database, redis

# Seconds for which what was seen of a store is repeated, so that probes from many sides do not become load on it.
_REMEMBERED = 1.0

draining = threading.Event()


class HealthMiddleware:
    """Answers the two probe paths, whatever the Host header says: a kubelet asks by the pod's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz/live":
            return _json({"status": "alive"}, 200)
        if request.path_info == "/healthz/ready":
            return _ready()
        return self.get_response(request)


class Observer:
    """What this process last saw of the database and of Redis, looked at in a thread of its own.

    A probe must never wait for a store: one that hangs would fail the probe on every replica at once.
    """

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._seen_at = float("-inf")
        self._schema_is_current = False
        self.schema_problem = "starting: the database's schema has not been read yet"
        self.stores = {"database": "unknown", "redis": "unknown"}

    def refresh_soon(self) -> None:
        """Looks again in the background, unless that was done a moment ago or is under way."""
        with self._starting:
            under_way = self._thread is not None and self._thread.is_alive()
            if under_way or time.monotonic() - self._seen_at < _REMEMBERED:
                return
            self._thread = threading.Thread(target=self._look_and_hang_up, name="health", daemon=True)
            self._thread.start()

    def look_first(self, patience: float) -> None:
        """Looks in the background and gives that a few seconds, so that the first probe already finds what was seen."""
        self.refresh_soon()
        if self._thread is not None:
            self._thread.join(patience)

    def look(self) -> None:
        """Asks both stores now, in this thread."""
        self.stores = {"database": self._look_at_database(), "redis": _look_at_redis()}
        self._seen_at = time.monotonic()

    def _look_and_hang_up(self) -> None:
        try:
            self.look()
        finally:
            connection.close()

    def _look_at_database(self) -> str:
        try:
            if self._schema_is_current:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            else:
                self.schema_problem = _schema_problem()
                # Once current it stays so: migrations only add (expand, migrate, contract).
                self._schema_is_current = not self.schema_problem
        except (DatabaseError, InterfaceError):
            return "away"
        return "ok"


observer = Observer()


def _schema_problem() -> str:
    behind = database.pending_migrations()
    if not behind:
        return ""
    names = ", ".join(behind[:3])
    return f"the database's schema is behind by {len(behind)} migrations, first {names}: run manage.py migrate"


def _look_at_redis() -> str:
    try:
        redis.client().ping()
    except redis.RedisAway:
        return "not configured"
    except RedisError:
        return "away"
    return "ok"


def _ready() -> HttpResponse:
    observer.refresh_soon()
    problem = "draining: this process is stopping" if draining.is_set() else observer.schema_problem
    body = {"status": "not ready" if problem else "ready", "version": settings.VERSION, **observer.stores}
    if problem:
        body["reason"] = problem
    return _json(body, 503 if problem else 200)


def _json(body: dict[str, str], status: int) -> HttpResponse:
    response = JsonResponse(body, status=status)
    # CommonMiddleware, which would do this, is not reached.
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Cache-Control"] = "no-store"
    return response
