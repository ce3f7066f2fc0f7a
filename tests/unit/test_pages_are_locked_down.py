"""Does every page tell browsers to run nothing, frame nothing and load nothing but what is ours?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from links.models import DailyClicks, Link
from tests.unit.support.clients import Browser
from tests.unit.support.html import Page

# Every kind of page: path, whether somebody is signed in, and the status it must have to be the page that is meant.
PAGES = {
    "start": ("/", False, 200),
    "sign in": ("/login", False, 200),
    "links": ("/links", True, 200),
    "second page": ("/links?page=2", True, 200),
    "search in vain": ("/links?search=nothing", True, 200),
    "link": ("/links/spring", True, 200),
    "expired link": ("/links/winter", True, 200),
    "preview": ("/spring+", False, 200),
    "no preview": ("/winter+", False, 410),
    "unknown": ("/unknown", False, 404),
    "no such page": ("/no/such/page", False, 404),
    "expired": ("/winter", False, 410),
    "documentation": ("/api/v1/docs", False, 200),
    "administration": ("/admin/login/", False, 200),
}
OTHERS = {
    "redirect": ("/spring", False, 302),
    "QR code": ("/spring/qr.svg", False, 200),
    "openapi": ("/api/v1/openapi.json", False, 200),
    "api": ("/api/v1/links", False, 401),
    "to sign in": ("/links", False, 302),
    "alive": ("/healthz/live", False, 200),
}


@pytest.fixture
def ask(owner: User, make_link: Callable[..., Link]) -> Callable[..., Any]:
    """Asks for a page of a site that has links with visits, on two pages."""
    spring = make_link("spring")
    make_link("winter", expires_at=timezone.now() - timedelta(days=1))
    DailyClicks.objects.create(link=spring, day=timezone.now().date(), count=3)
    Link.objects.bulk_create(Link(owner=owner, slug=f"link-{number}", target=spring.target) for number in range(20))

    def ask(path: str, signed_in: bool, status: int) -> Any:
        browser = Browser(raise_request_exception=False)
        if signed_in:
            browser.force_login(owner)
        response = browser.get(path)
        assert response.status_code == status, f"{path} answered {response.status_code}, not {status}"
        return response

    return ask


def policy(response: Any) -> dict[str, list[str]]:
    """The Content-Security-Policy, by directive."""
    directives = [part.split() for part in response.headers.get("Content-Security-Policy", "").split(";")]
    directives = [directive for directive in directives if directive]
    assert directives, "the page has no Content-Security-Policy"
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_nothing_foreign_and_nothing_inline_may_run(ask: Callable[..., Any], page: tuple[str, bool, int]) -> None:
    """If red, whoever smuggles text into a page runs scripts in everybody's browser."""
    response = ask(*page)
    csp = policy(response)
    assert csp["default-src"] == ["'none'"], "what no directive names is allowed"
    for directive in ("script-src", "style-src", "connect-src", "font-src", "form-action"):
        assert csp[directive] == ["'self'"], f"{directive} allows {csp[directive]}"
    assert set(csp["img-src"]) <= {"'self'", "data:"}
    assert csp["base-uri"] == csp["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_pages_hold_nothing_that_the_policy_blocks(ask: Callable[..., Any], page: tuple[str, bool, int]) -> None:
    """If red, a page looks or works wrong in every browser, since its own policy blocks a part of it."""
    seen = Page(ask(*page))
    assert not seen.inline, f"inline script or style: {seen.inline}"
    foreign = [source for source in seen.sources if not source.startswith(("/", "data:")) or source.startswith("//")]
    assert not foreign, f"loaded from elsewhere: {foreign}"


@pytest.mark.parametrize("page", [*PAGES.values(), *OTHERS.values()], ids=[*PAGES, *OTHERS])
def test_every_answer_has_the_security_headers(ask: Callable[..., Any], page: tuple[str, bool, int]) -> None:
    """If red, browsers guess types, fall back to http, or tell the target which link somebody came from."""
    response = ask(*page)
    expected = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin"}
    if page in PAGES.values():
        expected["X-Frame-Options"] = "DENY"
    got = {name: response.headers.get(name) for name in expected}
    assert got == expected, f"{page[0]} is answered with {got}"
    hsts = response.headers.get("Strict-Transport-Security", "missing")
    assert "max-age=31536000" in hsts, f"Strict-Transport-Security is {hsts}"
    assert response.headers.get("X-Request-ID"), "an answer without the id under which its log line is found"


@pytest.mark.parametrize("page", ["links", "link", "sign in"])
def test_every_field_says_what_it_is_for(ask: Callable[..., Any], page: str) -> None:
    """If red, with a screen reader nobody can fill in the form."""
    seen = Page(ask(*PAGES[page]))
    assert seen.fields, "no field was found"
    assert not seen.unlabelled, f"fields without a label: {seen.unlabelled}"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/spring", "/api/v1/links", "/login"])
def test_http_leads_to_https(path: str) -> None:
    """If red, passwords and keys travel in the clear."""
    from django.test import Client

    response = Client().get(path, HTTP_HOST="go.example.org")
    assert response.status_code == 301
    assert response["Location"] == f"https://go.example.org{path}"


def test_text_from_people_is_never_markup(owner: User, make_link: Callable[..., Link]) -> None:
    """If red, a target with a tag in it becomes a part of the page."""
    hostile = "https://example.org/?q=\"'><script>alert(1)</script>"
    make_link("spring", hostile)
    browser = Browser()
    browser.force_login(owner)
    for path in ("/links", "/links/spring", "/spring+", "/links?search=<script>alert(1)</script>"):
        seen = Page(browser.get(path))
        assert not seen.inline, f"{path} runs {seen.inline}"
        assert "<script>alert(1)</script>" in seen.text or path == "/links/spring", f"{path} does not show the text"
