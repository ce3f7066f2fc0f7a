"""Does every visit get the answer that is due to it, with Redis and without?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from links.models import Hit, Link
from tests.unit.support.fake_redis import Redis
from tests.unit.support.measured import metric_value

MakeLink = Callable[..., Link]


@pytest.fixture(params=["with redis", "embedded"], autouse=True)
def store(request: pytest.FixtureRequest) -> Redis | None:
    return request.getfixturevalue("redis") if request.param == "with redis" else None


@pytest.fixture
def visit(client: Client) -> Callable[..., Any]:
    return lambda path, method="get": getattr(client, method)(path, secure=True)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_live_link_leads_to_its_target(
    visit: Callable[..., Any], make_link: MakeLink, method: str, time: str
) -> None:
    """If red, short links lead nowhere, or only while (or until) they are cached."""
    make_link("Spring-1", target="https://example.org/a?b=c&d=%20#e")
    if time == "second":
        visit("/Spring-1", method)
    response = visit("/Spring-1", method)
    assert (response.status_code, response.headers["Location"]) == (302, "https://example.org/a?b=c&d=%20#e")
    assert response.content == b"", "a redirect has no body"
    assert response.headers["Content-Length"] == "0"
    assert response.headers.get("Cache-Control") == "no-store", "a redirect that is kept somewhere is not counted"
    assert response.headers["Referrer-Policy"] == "strict-origin", "a target must not learn which link sent a visitor"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies, "a redirect must not set cookies: it would tell visitors apart"


def test_slugs_are_told_apart_by_case(visit: Callable[..., Any], make_link: MakeLink) -> None:
    """If red, somebody's visitors land on somebody else's target."""
    make_link("aB", target="https://example.org/1")
    make_link("Ab", target="https://example.org/2")
    targets = [visit(path).headers["Location"][-1] for path in ("/aB", "/Ab", "/aB", "/Ab")]
    assert targets == ["1", "2", "1", "2"], f"/aB, /Ab, /aB, /Ab led to {targets}"


@pytest.mark.parametrize(
    ("fields", "status", "title"),
    [
        ({"enabled": False}, 410, "Switched off"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, 410, "Expired"),
        (None, 404, "No such link"),
    ],
)
def test_a_dead_link_gets_a_page_that_says_why(
    visit: Callable[..., Any], make_link: MakeLink, fields: dict[str, Any] | None, status: int, title: str
) -> None:
    """If red, people who follow an old link see a wrong or an empty page, or are sent on all the same."""
    if fields is not None:
        make_link("old", **fields)
    for time in ("first", "second"):
        response = visit("/old")
        assert response.status_code == status, f"{time} visit"
        assert title in response.content.decode(), f"{time} visit: the page does not say {title!r}"
        assert "Location" not in response.headers
        assert "Retry-After" not in response.headers, "nothing to wait for: it will not come back by itself"
    outcome = {"Switched off": "disabled", "Expired": "expired", "No such link": "unknown"}[title]
    assert metric_value("strata_redirects_total", outcome=outcome) == 2


def test_a_visit_that_leads_nowhere_is_not_counted(
    visit: Callable[..., Any], make_link: MakeLink, store: Redis | None
) -> None:
    """If red, statistics show visits to links that were switched off."""
    make_link("off", enabled=False)
    make_link("over", expires_at=timezone.now() - timedelta(days=1))
    for path in ("/off", "/off", "/over", "/over", "/none", "/none"):
        visit(path)
    assert not Hit.objects.exists(), "a hit was stored"
    assert store is None or not store.data.exists("strata:clicks"), "a visit was counted in Redis"


def test_other_methods_are_refused_and_not_counted(visit: Callable[..., Any], make_link: MakeLink) -> None:
    """If red, a form posted to a short link counts as a visit, or is redirected with its content."""
    make_link("spring")
    for method in ("post", "put", "delete", "patch"):
        assert visit("/spring", method).status_code in {403, 405}, f"{method.upper()} /spring"
    assert metric_value("strata_redirects_total", outcome="found") == 0


@pytest.mark.parametrize("path", ["/login", "/LOGIN", "/api/v1/docs", "/spring/", "/spring/x", "/a.b", "/" + "x" * 65])
def test_paths_that_are_no_slugs_are_left_alone(visit: Callable[..., Any], make_link: MakeLink, path: str) -> None:
    """If red, the app's own pages cost a look-up, or a link can take their place."""
    make_link("login", target="https://example.org/phish")
    visit(path)
    lookups = sum(metric_value("strata_link_cache_lookups_total", result=result) for result in ("hit", "miss", "local"))
    assert lookups == 0, f"{path} was looked up as a slug"
    outcomes = [metric_value("strata_redirects_total", outcome=outcome) for outcome in ("found", "unknown")]
    assert outcomes == [0, 0], f"{path} was answered as a visit"
