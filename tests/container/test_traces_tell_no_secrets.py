"""Is anything that came with a request, or that a store holds, in what is sent to the APM?"""

import re
import secrets

from testkit.otlp import Span
from tests.container.support.app import App
from tests.container.support.owners import Owner
from tests.container.support.traces import Receiver

# All that a span of ours may say. What is new here is looked at by a person: is it bounded, is it nobody's secret?
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


def tell_tales(traced: App, owner: Owner) -> dict[str, str]:
    """Send every kind of secret in every place a request has, and return them by what they are."""
    told = {name: f"tale{secrets.token_hex(6)}" for name in ("slug", "target", "query", "cookie", "header", "taken")}
    target = f"https://{told['target']}.example/{told['target']}"
    owner.link(traced, target, slug=told["slug"])
    headers = {"Cookie": f"sessionid={told['cookie']}", "User-Agent": told["header"]}
    assert traced.get(f"/{told['slug']}?x={told['query']}", headers=headers).status_code == 302
    assert traced.get(f"/{told['slug']}+?x={told['query']}", headers=headers).status_code == 200
    # The database's complaint about a duplicate names the slug.
    owner.link(traced, target, slug=told["taken"])
    assert owner.create(traced, target, slug=told["taken"]).status_code == 409
    return {**told, "API key": owner.key}


def test_nothing_of_a_request_is_in_its_trace(traced: App, receiver: Receiver, owner: Owner) -> None:
    """Red: everybody with access to the APM reads people's links, and the keys to change them."""
    told = tell_tales(traced, owner)
    spans = receiver.wait_for("the refused duplicate", lambda spans: [s for s in spans if is_refusal(s)])
    for what, secret in told.items():
        found = [span for span in spans if secret in str(span)]
        assert not found, f"the {what} of a request is in the span {found[0].name}: {found[0]}"
    (failed, *_) = [span for span in spans if span.attributes.get("error.type") == "IntegrityError"]
    assert failed.failed, f"the statement that failed is not marked as failed: {failed}"


def test_no_attribute_is_there_that_nobody_looked_at(traced: App, receiver: Receiver, owner: Owner) -> None:
    """Red: a new attribute carries what a request brought, under a name that no other test knows."""
    tell_tales(traced, owner)
    spans = receiver.wait_for("the refused duplicate", lambda spans: [s for s in spans if is_refusal(s)])
    for span in spans:
        unknown = sorted(set(span.attributes) - ALLOWED)
        assert not unknown, f"the span {span.name} has the attributes {unknown}, which are not in ALLOWED"
        assert not span.events, f"the span {span.name} has events, which may hold an exception's words: {span.events}"
        assert re.fullmatch(r"[A-Z_]+( [\w/{}.+-]+)?", span.name), f"a span's name is not bounded: {span.name}"


def is_refusal(span: Span) -> bool:
    return span.attributes.get("http.response.status_code") == 409
