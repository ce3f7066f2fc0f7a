"""Does each worker of the real image send traces, of a redirect and of a creation, down to MySQL and Redis?"""

import json

from testkit import wait
from testkit.otlp import Span
from tests.container.support import traces
from tests.container.support.app import WORKERS, App
from tests.container.support.owners import Owner
from tests.container.support.traces import Receiver

REDIRECT, CREATION = "GET /{slug}", "POST /api/v1/links"


def complete(spans: list[Span], name: str, stores: set[str]) -> set[int]:
    """Return the workers that sent such a request's span with a child for each of these stores."""
    return {
        span.resource["process.pid"]
        for span in spans
        if span.name == name and stores <= traces.systems(traces.children(spans, span))
    }


def test_every_worker_shows_where_the_time_went(traced: App, receiver: Receiver, owner: Owner) -> None:
    """Red: traces come from one worker, or stop at the app's door, and whoever looks for the slow store guesses."""
    slug = owner.link(traced)

    def of_all_workers() -> bool | wait.NotYet:
        # Which worker takes a connection is the kernel's choice.
        assert traced.get(f"/{slug}").status_code == 302
        owner.link(traced)
        spans = receiver.spans()
        redirects = complete(spans, REDIRECT, {"redis"})
        creations = complete(spans, CREATION, {"mysql", "redis"})
        told = f"{REDIRECT} with Redis from workers {redirects}, {CREATION} with MySQL and Redis from {creations}"
        return len(redirects & creations) == WORKERS or wait.NotYet(f"{told}; names: {sorted({s.name for s in spans})}")

    # Fewer than the key's budget of creations.
    wait.until(of_all_workers, timeout=20, every=0.5, why=f"complete traces from all {WORKERS} workers")


def test_a_miss_shows_the_read_of_mysql(traced: App, receiver: Receiver, owner: Owner) -> None:
    """Red: a redirect that is slow because of MySQL looks like one that is slow by itself."""
    slug = owner.link(traced)
    assert traced.get(f"/{slug}").status_code == 302
    spans = receiver.wait_for("a redirect that read MySQL", lambda spans: complete(spans, REDIRECT, {"mysql", "redis"}))
    (name,) = {span.name for span in spans if span.name.startswith("SELECT links_link")}
    assert name == "SELECT links_link", f"the statement's span is called {name}"


def test_a_log_line_leads_to_its_trace(traced: App, receiver: Receiver, owner: Owner) -> None:
    """Red: nobody gets from the log line of a slow request to where its time went."""
    answer = traced.get(f"/{owner.link(traced)}")
    lines = [json.loads(line) for line in traced.container.logs().splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line.get("request_id") == answer.headers["X-Request-ID"]]
    assert "trace_id" in line, f"the log line of a sampled request has no trace_id: {line}"
    receiver.wait_for(f"trace {line['trace_id']}", lambda spans: line["trace_id"] in {span.trace for span in spans})


def test_probes_are_not_traced(traced: App, receiver: Receiver) -> None:
    """Red: most of what the APM stores, and sends a bill for, are the probes' requests."""
    assert traced.get("/healthz/live").ok
    assert traced.get("/no-such-link").status_code == 404
    spans = receiver.wait_for("the 404 that came after", lambda spans: [s for s in spans if is_404(s)])
    probes = sorted({span.name for span in spans if "health" in str(span)})
    assert not probes, f"probes are traced: {probes}"


def is_404(span: Span) -> bool:
    return span.attributes.get("http.response.status_code") == 404
