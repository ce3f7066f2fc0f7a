"""What does the trace of a request say, and what does it keep to itself?"""

import atexit
import io
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from links import services
from links.models import Link
from ops.logs import JsonFormatter
from ops.tracing import provider, stores
from ops.tracing import requests as traced_requests
from tests.unit.support.fake_redis import Redis

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

# All that a span may say. What is new is looked at by a person first: is it bounded, is it nobody's secret?
ALLOWED = {
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "url.scheme",
    "db.system.name",
    "db.operation.name",
    "db.collection.name",
    "error.type",
}

Spans = Callable[[], Sequence[ReadableSpan]]


@pytest.fixture
def spans(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Spans:
    """The spans that have ended, of an app that the agent started, sampling everything unless a test says otherwise."""
    kept = InMemorySpanExporter()
    settings.OTEL_TRACES_SAMPLER = "always_on"
    settings.MIDDLEWARE = ["ops.tracing.requests.TracingMiddleware", *settings.MIDDLEWARE]

    def tracer() -> Any:
        made = TracerProvider(provider.sampler(), shutdown_on_exit=False)
        made.add_span_processor(SimpleSpanProcessor(kept))
        return made.get_tracer("test")

    for module in (traced_requests, stores):
        monkeypatch.setattr(module, "tracer", tracer)
    return kept.get_finished_spans


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def by_name(spans: Spans) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans()}


def visit(client: Client, path: str = "/spring", **headers: str) -> None:
    assert client.get(path, secure=True, headers=headers).status_code == 302


def test_a_redirect_shows_redis_and_a_miss_the_database(
    client: Client, make_link: Callable[..., Link], redis: Redis, spans: Spans
) -> None:
    """If red, nobody can tell which store made a redirect slow; the stock instrumentation does not see the script."""
    make_link("spring")
    visit(client)
    seen = by_name(spans)
    wanted = {"GET /{slug}", "EVALSHA", "SELECT links_link"}
    assert set(seen) == wanted, f"spans: {sorted(seen)}; wanted: {sorted(wanted)}"
    root = seen.pop("GET /{slug}")
    for child in seen.values():
        assert child.parent is not None
        assert child.parent.span_id == root.context.span_id, f"{child.name} is not below the request"
    assert dict(root.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 302,
        "http.route": "/{slug}",
        "url.scheme": "https",
    }


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "GET /"),
        ("/links/spring", "GET /links/{slug}"),
        ("/spring+", "GET /{slug}+"),
        ("/spring/qr.svg", "GET /{slug}/qr.svg"),
        ("/api/v1/links/spring", "GET /api/v1/links/{slug}"),
        ("/no-such-link", "GET /{slug}"),
        ("/no/such/page", "GET"),
    ],
)
def test_a_name_is_the_pattern_and_never_the_path(
    client: Client, make_link: Callable[..., Link], spans: Spans, path: str, name: str
) -> None:
    """If red, the APM keeps a series for each link, and whoever may read it reads people's slugs."""
    make_link("spring")
    client.get(path, secure=True)
    names = [span.name for span in spans() if span.kind.name == "SERVER"]
    assert names == [name], f"GET {path} is called {names} in the APM; wanted: {name}"


def test_an_unheard_of_method_is_not_repeated(client: Client, spans: Spans, db: None) -> None:
    """If red, a scanner makes as many names in the APM as it likes."""
    client.generic("PROPFINDX", "/no/such/page", secure=True)
    (span,) = [span for span in spans() if span.kind.name == "SERVER"]
    assert (span.name, (span.attributes or {})["http.request.method"]) == ("_OTHER", "_OTHER")


def test_nothing_of_a_request_is_said(
    client: Client, make_link: Callable[..., Link], redis: Redis, spans: Spans
) -> None:
    """If red, people's links, cookies and keys are in the APM."""
    link = make_link("tell-slug", "https://tell-target.example/")
    client.cookies["sessionid"] = "tell-cookie"
    visit(client, "/tell-slug?q=tell-query", User_Agent="tell-agent", Authorization="Bearer tell-key")
    with pytest.raises(services.SlugTaken):
        _within_a_request(lambda: services.create_link(link.owner, link.target, slug="tell-slug"))
    for span in spans():
        assert "tell-" not in span.to_json(), f"the span {span.name} tells what came with a request: {span.to_json()}"
        unknown = set(span.attributes or {}) - ALLOWED
        assert not unknown, f"the span {span.name} has the attributes {sorted(unknown)}, which are not in ALLOWED"
        assert not span.events, (
            f"the span {span.name} has an exception's words, and they may name a slug: {span.events}"
        )
    (failed,) = [span for span in spans() if "error.type" in (span.attributes or {})]
    assert (failed.name, (failed.attributes or {})["error.type"]) == ("INSERT links_link", IntegrityError.__name__)


def _within_a_request(work: Callable[[], Any]) -> None:
    def respond(_request: HttpRequest) -> HttpResponse:
        work()
        return HttpResponse()

    request = HttpRequest()
    request.method = "POST"
    traced_requests.TracingMiddleware(respond)(request)


def test_a_log_line_names_its_trace(
    client: Client, make_link: Callable[..., Link], spans: Spans, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """If red, nobody gets from a slow request's log line to where its time went."""
    make_link("spring")
    visit(client)
    root = by_name(spans)["GET /{slug}"]
    [line] = lines()
    assert line.get("trace_id") == f"{root.context.trace_id:032x}", f"the log line's trace_id is {line.get('trace_id')}"


def test_what_is_not_sampled_costs_no_span_and_names_no_trace(
    client: Client,
    make_link: Callable[..., Link],
    redis: Redis,
    spans: Spans,
    lines: Callable[[], list[dict[str, Any]]],
    settings: Any,
) -> None:
    """If red, every request is paid for as if it were traced, and log lines lead nowhere."""
    settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG = "parentbased_traceidratio", 0.0
    make_link("spring")
    visit(client)
    assert spans() == (), f"with a share of 0 a request was sampled: {spans()[0].name}"
    assert "trace_id" not in lines()[0]


@pytest.mark.parametrize(
    ("name", "share", "sampled"),
    [
        ("always_on", 0.0, 200),
        ("always_off", 1.0, 0),
        ("traceidratio", 0.5, 100),
        ("parentbased_always_on", 0.0, 200),
        ("parentbased_always_off", 1.0, 0),
        ("parentbased_traceidratio", 0.5, 100),
    ],
)
def test_as_many_are_sampled_as_the_settings_say(
    settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, share: float, sampled: int
) -> None:
    """If red, the APM shows nothing, or costs ten times what was planned."""
    settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG = name, share
    monkeypatch.setattr(provider, "BatchSpanProcessor", lambda _exporter: SimpleSpanProcessor(InMemorySpanExporter()))
    monkeypatch.setattr(atexit, "register", lambda *_: None)
    tracer = provider._tracer.__wrapped__()
    found = sum(tracer.start_span("it").is_recording() for _ in range(200))
    # Five standard deviations of 200 throws of a coin.
    assert abs(found - sampled) <= (35 if 0 < sampled < 200 else 0), f"{name} of {share} sampled {found} of 200"


@pytest.mark.parametrize(
    ("believed", "peer", "joins"),
    [("tracecontext", "10.1.2.3", True), ("tracecontext", "192.0.2.1", False), ("none", "10.1.2.3", False)],
)
def test_a_caller_s_word_is_believed_only_where_that_was_said(
    client: Client, spans: Spans, settings: Any, believed: str, peer: str, joins: bool
) -> None:
    """If red, any visitor chooses what is traced; or the ingress' trace and ours do not join up."""
    settings.OTEL_PROPAGATORS, settings.TRUSTED_PROXIES = believed, ["10.0.0.0/8"]
    client.get("/no/such/page", secure=True, REMOTE_ADDR=peer, headers={"traceparent": TRACEPARENT})
    (root,) = [span for span in spans() if span.kind.name == "SERVER"]
    joined = f"{root.context.trace_id:032x}" == TRACE
    told = (
        f"{peer}'s traceparent was {'' if joined else 'not '}believed; trusted are 10.0.0.0/8, propagators {believed}"
    )
    assert joined is joins, told


def test_probes_are_not_traced(client: Client, spans: Spans) -> None:
    """If red, most of what the APM stores are probes."""
    client.get("/healthz/live")
    assert spans() == (), "a probe is traced"


def test_a_crash_is_marked(client: Client, spans: Spans, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """If red, nobody finds the requests that failed."""
    from links import redirects

    monkeypatch.setattr(redirects, "follow", lambda _slug: 1 / 0)
    client.raise_request_exception = False
    client.get("/spring", secure=True)
    (root,) = spans()
    assert root.status.status_code.name == "ERROR", f"the request answered 500, and its span is {root.status}"
