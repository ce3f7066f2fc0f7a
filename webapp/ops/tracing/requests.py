"""The span of a request: begun before anything else of the app, ended when the answer is ready to be sent."""

import re
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ops import clients, logs
from ops.tracing import stores
from ops.tracing.provider import tracer

_NOTHING_BEFORE = Context()
_PROPAGATOR = TraceContextTextMapPropagator()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")


class TracingMiddleware:
    """Traces what is sampled, and costs everything else the question. Stands before all other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        stores.watch()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/healthz/"):  # a probe every few seconds says nothing
            return self._get_response(request)
        clients.drop_untrusted_headers(request.META)
        method = str(request.method) if request.method in _METHODS else "_OTHER"
        attributes = {"http.request.method": method, "url.scheme": request.scheme or ""}
        span = tracer().start_span(method, _parent(request), SpanKind.SERVER, attributes)
        return self._traced(request, method, span) if span.is_recording() else self._get_response(request)

    def _traced(self, request: HttpRequest, method: str, span: Span) -> HttpResponse:
        here = stores.parent.set(trace.set_span_in_context(span, _NOTHING_BEFORE))
        named = logs.trace_id.set(trace.format_trace_id(span.get_span_context().trace_id))
        try:
            with connection.execute_wrapper(stores.query):
                response = self._get_response(request)
            _describe(span, method, request, response)
            return response
        finally:
            logs.trace_id.reset(named)
            stores.parent.reset(here)
            span.end()


def _parent(request: HttpRequest) -> Context:
    """What the caller says of its own span, where callers may say that, and this one may (ops.clients)."""
    if settings.OTEL_PROPAGATORS == "none" or "HTTP_TRACEPARENT" not in request.META:
        return _NOTHING_BEFORE
    carrier = {name: request.META.get(f"HTTP_{name.upper()}", "") for name in ("traceparent", "tracestate")}
    return _PROPAGATOR.extract(carrier, _NOTHING_BEFORE)


def _describe(span: Span, method: str, request: HttpRequest, response: HttpResponse) -> None:
    span.set_attribute("http.response.status_code", response.status_code)
    if route := _route(request):
        span.set_attribute("http.route", route)
        span.update_name(f"{method} {route}")
    if response.status_code >= 500:
        span.set_status(Status(StatusCode.ERROR))


def _route(request: HttpRequest) -> str:
    """The pattern that the path matched: a path itself would be somebody's link."""
    if request.resolver_match is not None:
        return _readable(request.resolver_match.route)
    return "/{slug}" if hasattr(request, "visit") else ""


@lru_cache(maxsize=256)
def _readable(pattern: str) -> str:
    """A pattern of Django's as people write routes: `/links/{slug}`."""
    named = _PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", pattern.replace("^", "").replace("$", ""))
    return "/" + named.replace("\\", "")
