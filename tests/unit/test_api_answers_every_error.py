"""Does the API answer every error with the right status and a problem document that says what to do?"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError

from links import keys, services
from links.models import Link
from tests.unit.support.clients import Program
from tests.unit.support.measured import metric_value
from tests.unit.support.outages import database_away

TARGET = "https://example.org/"


@pytest.fixture
def program(owner: User, make_link: Callable[..., Link]) -> Program:
    """A caller whose owner has the link `spring`."""
    make_link("spring")
    return Program(keys.create_key(owner, "unit"))


def problem(response: Any, status: int) -> Any:
    """The problem document of a response that must have this status (RFC 9457)."""
    assert response.status_code == status, f"answered {response.status_code}, not {status}: {response.content[:300]!r}"
    assert response["Content-Type"] == "application/problem+json", f"{status} came as {response['Content-Type']}"
    body = response.json()
    assert set(body) == {"title", "status", "detail", "request_id", "errors"}
    assert body["status"] == status
    assert body["title"], "a problem without a title"
    assert body["detail"], "a problem without a sentence that says what was wrong"
    assert body["request_id"] == response["X-Request-ID"], "the document names another request than the header does"
    return body


def wrong_fields(response: Any) -> set[str]:
    """The fields that a problem document with the status 422 complains about."""
    return {error["field"] for error in problem(response, 422)["errors"] if error["message"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "target"),
        ({"target": None}, "target"),
        ({"target": ""}, "target"),
        ({"target": 7}, "target"),
        ({"target": ["https://example.org/"]}, "target"),
        ({"target": "javascript:alert(1)"}, "target"),
        ({"target": "https://example.org/" + "x" * 4980}, "target"),
        ({"target": "https://GO.example.org./spring"}, "target"),
        ({"target": "https://example.org/\r\nX-Evil: 1"}, "target"),
        ({"target": TARGET, "slug": "log in"}, "slug"),
        ({"target": TARGET, "slug": ""}, "slug"),
        ({"target": TARGET, "slug": "spring\n"}, "slug"),
        ({"target": TARGET, "slug": "x" * 65}, "slug"),
        ({"target": TARGET, "slug": "login"}, "slug"),
        ({"target": TARGET, "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"target": TARGET, "expires_at": "2999-01-01T00:00:00"}, "expires_at"),
        ({"target": TARGET, "expires_at": "2999-01-01"}, "expires_at"),
        ({"target": TARGET, "expires_at": 32503680000}, "expires_at"),
        ({"target": TARGET, "expires_at": "32503680000"}, "expires_at"),
        ({"target": TARGET, "expires_at": "tomorrow"}, "expires_at"),
        ({"target": TARGET, "expires_at": "9999-12-31T23:59:59-10:00"}, "expires_at"),
        ({"target": TARGET, "enabled": False}, "enabled"),
        ({"target": TARGET, "owner": 1}, "owner"),
    ],
    ids=lambda value: value if isinstance(value, str) else ascii(value)[:70],
)
def test_creation_names_the_wrong_field(program: Program, body: dict[str, Any], field: str) -> None:
    """If red, bad data is stored, breaks the server, or is refused without a word on which field was wrong."""
    assert wrong_fields(program.post("/links", body)) == {field}
    assert Link.objects.count() == 1, "a link was created in spite of the error"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"target": None}, "target"),
        ({"target": ""}, "target"),
        ({"target": "ftp://example.org/"}, "target"),
        ({"enabled": None}, "enabled"),
        ({"enabled": "no"}, "enabled"),
        ({"enabled": 0}, "enabled"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": False}, "expires_at"),
        ({"slug": "other"}, "slug"),
        ({"clicks": 0}, "clicks"),
    ],
    ids=str,
)
def test_a_change_names_the_wrong_field(program: Program, body: dict[str, Any], field: str) -> None:
    """If red, a change that cannot be made is half made, silently dropped, or a null takes something away."""
    before = program.get("/links/spring").json()
    assert wrong_fields(program.patch("/links/spring", body)) == {field}
    assert program.get("/links/spring").json() == before, "the link was changed in spite of the error"


def test_all_wrong_fields_are_named_at_once(program: Program) -> None:
    """If red, people find out about their mistakes one request at a time."""
    body = {"target": "ftp://example.org/", "slug": "login", "expires_at": "2001-01-01T00:00:00Z"}
    assert wrong_fields(program.post("/links", body)) == {"target", "slug", "expires_at"}


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/links", {"limit": 0}, "limit"),
        ("/links", {"limit": 101}, "limit"),
        ("/links", {"limit": "many"}, "limit"),
        ("/links", {"offset": -1}, "offset"),
        ("/links", {"offset": 10**7}, "offset"),
        ("/links", {"search": "x" * 201}, "search"),
        ("/links/spring/statistics", {"days": 0}, "days"),
        ("/links/spring/statistics", {"days": 367}, "days"),
    ],
)
def test_bounds_are_kept(program: Program, path: str, query: dict[str, Any], field: str) -> None:
    """If red, one request reads the whole table, or a negative offset is an error of the server's."""
    assert wrong_fields(program.get(path, **query)) == {field}


@pytest.mark.parametrize("body", [b"{", b'{"target": }', b"\xff\xfe", b'{"target": "https://example.org/"'], ids=repr)
def test_what_is_no_json_is_a_bad_request(program: Program, body: bytes) -> None:
    """If red, a client's bug looks like ours, and wakes somebody up."""
    problem(program.post("/links", body), 400)


@pytest.mark.parametrize("body", [b"", [], "text", 7, None, [{"target": TARGET}]], ids=repr)
def test_what_is_no_object_is_refused(program: Program, body: Any) -> None:
    """If red, as above; or a list of links seems to be accepted."""
    problem(program.post("/links", body), 422)


def test_a_body_beyond_reason_is_not_read(program: Program) -> None:
    """If red, a few large requests fill the memory of a worker."""
    response = program.post("/links", {"target": TARGET, "slug": "x" * 100_000})
    assert response.status_code in {400, 413}, f"a body of 100 kB was answered with {response.status_code}"
    assert not Link.objects.exclude(slug="spring").exists()


def test_a_taken_slug_is_a_conflict(program: Program) -> None:
    """If red, programs cannot tell “choose another slug” from “your request is wrong”."""
    body = problem(program.post("/links", {"target": TARGET, "slug": "spring"}), 409)
    assert "spring" in body["detail"], "the message does not name the slug that is taken"


@pytest.mark.parametrize(
    "path", ["/links/none", "/links/none/statistics", "/links/SPRING", "/links/%00", "/links/a%20b"]
)
def test_a_link_that_is_not_there_is_missing(program: Program, path: str) -> None:
    """If red, a missing link is a server error, or looks like an address that does not exist."""
    assert "link" in problem(program.get(path), 404)["detail"]


def test_a_link_deleted_during_the_change_is_missing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, two people who delete and change a link at the same time get a server error."""

    def gone(*_args: Any) -> Link:
        raise Link.DoesNotExist

    monkeypatch.setattr(services, "change_link", gone)
    problem(program.patch("/links/spring", {"enabled": False}), 404)


def test_without_a_key_the_answer_says_how_to_send_one(program: Program) -> None:
    """If red, whoever tries the API for the first time does not learn how to sign in."""
    response = Program().get("/links")
    assert "Authorization: Bearer" in problem(response, 401)["detail"]
    assert response.headers.get("WWW-Authenticate") == "Bearer", "the header WWW-Authenticate is missing or wrong"


REQUESTS = {
    "list": lambda program: program.get("/links"),
    "read": lambda program: program.get("/links/spring"),
    "create": lambda program: program.post("/links", {"target": TARGET}),
    "change": lambda program: program.patch("/links/spring", {"enabled": False}),
    "delete": lambda program: program.delete("/links/spring"),
    "statistics": lambda program: program.get("/links/spring/statistics"),
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_database_that_is_away_is_an_outage_that_ends(program: Program, request_: Callable[[Program], Any]) -> None:
    """If red, an outage of seconds looks like a bug, and clients give up instead of trying again."""
    with database_away():
        response = request_(program)
    problem(response, 503)
    assert int(response.headers.get("Retry-After", 0)) > 0, "the client is not told when to come back"


@pytest.mark.parametrize("part", ["links.api.find_key", "links.services.create_link"])
def test_a_connection_that_breaks_is_an_outage_too(
    program: Program, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """If red, the same, for the other way in which drivers say it."""

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(part, broken)
    problem(program.post("/links", {"target": TARGET}), 503)


def test_each_key_has_its_own_budget_of_creations(program: Program, owner: User, settings: Any) -> None:
    """If red, one program that runs wild keeps everybody from creating links, or nobody is limited at all."""
    settings.CREATION_RATE = "2/hour"
    for left in (1, 0):
        response = program.post("/links", {"target": TARGET})
        assert response.status_code == 201, response.content
        assert response["RateLimit-Policy"] == '"creation";q=2;w=3600'
        assert response["RateLimit"].startswith(f'"creation";r={left};t=')
    refused = program.post("/links", {"target": TARGET})
    seconds = int(refused["Retry-After"])
    assert 0 < seconds <= 3600, f"Retry-After is {seconds} s for a window of 3600 s"
    assert str(seconds) in problem(refused, 429)["detail"]
    assert refused["RateLimit"] == f'"creation";r=0;t={seconds}'
    assert metric_value("strata_rate_limited_total", limit="creation") == 1
    assert Link.objects.count() == 3, "a link was created in spite of the 429"
    assert program.get("/links").status_code == 200, "reading is limited, too"
    other = Program(keys.create_key(owner, "other"))
    assert other.post("/links", {"target": TARGET}).status_code == 201, "one key's budget is another's, too"


def test_guessing_keys_ends_soon(program: Program, owner: User, settings: Any) -> None:
    """If red, somebody can try keys as fast as the server answers; or locks out others who never failed."""
    settings.FAILED_AUTH_RATE = "3/hour"
    key = keys.create_key(owner, "unit")
    for _ in range(3):
        assert Program(key).get("/links").status_code == 200, "good keys use up the budget for wrong ones"
        problem(Program("strata_wrong").get("/links"), 401)
    refused = Program(key).get("/links")
    problem(refused, 429)
    assert int(refused["Retry-After"]) > 0
    assert Program(key, address="192.0.2.99").get("/links").status_code == 200, "another address is locked out, too"


def test_an_address_the_api_does_not_have_is_a_problem_document(program: Program) -> None:
    """If red, a program that parses errors as JSON breaks on a page made for people."""
    for path in ("/links/a/b/c", "/no-such-thing"):
        answer = problem(program.get(path), 404)
        assert "/api/v1/docs" in answer["detail"], answer


def test_what_nobody_caught_is_a_problem_document(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, a program gets a page for people just when something broke."""

    def broken(*_: Any) -> None:
        raise RuntimeError("nobody expected this")

    monkeypatch.setattr("links.services.links_of", broken)
    assert "request_id" in problem(program.get("/links"), 500)
