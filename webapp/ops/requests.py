"""The outermost layer of every request: whom to believe, its id, its log line, its duration."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from functools import cache

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from ops import clients, metrics
from ops.logs import request_id

logger = logging.getLogger("strata.request")

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_KINDS = {"healthz": "health", "api": "api", "static": "static", "admin": "admin"}
# Where a POST makes a link. Apart from the rest of API and pages, as it is promised another speed.
_CREATIONS = frozenset({"/api/v1/links", "/links"})


class RequestMiddleware:
    """Gives a request its id (a sane one from a caller is kept, so that traces join up), and reports its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        clients.drop_untrusted_headers(request.META)
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        identifier = given if _ACCEPTED_ID.fullmatch(given) else secrets.token_hex(16)
        token = request_id.set(identifier)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = identifier
            _report(request, response.status_code, time.perf_counter() - started)
            return response
        finally:
            request_id.reset(token)


def _report(request: HttpRequest, status: int, seconds: float) -> None:
    kind = _kind(request, status)
    _observer(kind, status // 100).observe(seconds)
    if kind != "health":  # a probe every few seconds says nothing and hides what does
        fields = {"method": request.method, "path": request.path_info, "status": status, "ms": round(seconds * 1e3, 2)}
        logger.log(logging.ERROR if status >= 500 else logging.INFO, "answered", extra={"fields": fields})


def _kind(request: HttpRequest, status: int) -> str:
    # A visit that fails is a failed redirect; one to a slug that leads nowhere is answered by a page, and rightly so.
    if hasattr(request, "visit") and (status == 302 or status >= 500):
        return "redirect"
    if request.method == "POST" and request.path_info in _CREATIONS:
        return "creation"
    return _KINDS.get(request.path_info[1:].partition("/")[0], "page")


@cache
def _observer(kind: str, status_class: int) -> Histogram:
    return metrics.REQUEST_SECONDS.labels(kind, f"{status_class}xx")
