"""Does every page that cannot do what was asked say so, with the right status, without losing what was typed?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from links import redirects, services
from links.models import Link
from links.redirects import Visit
from tests.unit.support.clients import Browser
from tests.unit.support.html import Page
from tests.unit.support.outages import database_away

TARGET = "https://example.org/there"


@pytest.fixture
def browser(owner: User) -> Browser:
    """The owner's, signed in."""
    signed_in = Browser(raise_request_exception=False)
    signed_in.force_login(owner)
    return signed_in


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"target": ""}, "This field is required"),
        ({"target": "javascript:alert(1)"}, "must start with http:// or https://"),
        ({"target": "https://example.org/" + "x" * 4980}, "5000 characters long; at most 2,048 fit"),
        ({"target": "https://go.example.org/spring"}, "must not be a link of this shortener itself"),
        ({"target": "https://ada:secret@example.org/"}, "must not carry a user name or password"),
        ({"slug": "taken"}, "This slug is taken"),
        ({"slug": "Login"}, "“Login” is reserved"),
        ({"slug": "log in"}, "1 to 64 letters, digits, hyphens or underscores"),
        ({"expires_at": "2001-01-01T00:00"}, "must lie in the future"),
        ({"expires_at": "soon"}, "Enter a valid date/time"),
        ({"slug": "login", "target": "ftp://example.org/"}, "must start with http:// or https://"),
    ],
    ids=lambda value: "" if isinstance(value, str) else ascii(value)[:60],
)
def test_creation_says_what_is_wrong(
    browser: Browser, make_link: Callable[..., Link], entries: dict[str, str], said: str
) -> None:
    """If red, people are left with a form that does nothing, or must type everything again."""
    make_link("taken")
    sent = {"target": TARGET, "slug": "spring", **entries}
    response = browser.post("/links", sent)
    page = Page(response)
    assert response.status_code == 422, f"answered {response.status_code}"
    assert said in page.announced, f"a screen reader hears only: {page.announced}"
    kept = {name: page.fields[name] for name in sent}
    assert kept == sent, "what was typed is lost"
    assert Link.objects.count() == 1, "a link was made in spite of the error"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"target": "data:text/html,x"}, "must start with"),
        ({"expires_at": "2001-01-01T00:00"}, "must lie in the future"),
        ({"expires_at": "soon"}, "Enter a valid date/time"),
    ],
)
def test_a_change_says_what_is_wrong(
    browser: Browser, make_link: Callable[..., Link], entries: dict[str, str], said: str
) -> None:
    """If red, people believe that their change was saved; or the page shows as true what was refused."""
    make_link("spring", TARGET)
    response = browser.post("/links/spring", {"target": TARGET, "enabled": "on", **entries})
    assert response.status_code == 422
    page = Page(response)
    assert said in page.announced
    assert TARGET in page.links, "the page does not show any more where the link really leads"
    assert Link.objects.get().target == TARGET


def test_a_link_deleted_during_the_change_is_missing(
    browser: Browser, make_link: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If red, two people who delete and change a link at the same time get a server error."""
    make_link("spring", TARGET)
    real = services.change_link

    def too_late(link: Link, changes: services.Changes) -> Link:
        Link.objects.all().delete()
        return real(link, changes)

    monkeypatch.setattr(services, "change_link", too_late)
    assert browser.post("/links/spring", {"target": TARGET}).status_code == 404


def test_too_many_creations_are_refused_by_address(browser: Browser, settings: Any) -> None:
    """If red, a script fills the table; or one person's haste stops everybody else."""
    settings.CREATION_RATE = "2/hour"
    for _ in range(2):
        assert browser.post("/links", {"target": TARGET}).status_code == 302
    refused = browser.post("/links", {"target": TARGET})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["RateLimit-Policy"] == '"creation";q=2;w=3600'
    assert f"in {refused['Retry-After']} seconds" in Page(refused).text
    assert browser.get("/links").status_code == 200, "looking is limited, too"
    elsewhere = browser.post("/links", {"target": TARGET}, REMOTE_ADDR="192.0.2.99")
    assert elsewhere.status_code == 302, "the creations of one address use up the budget of another"
    assert Link.objects.count() == 3


PREVIEWS = {
    "active": ({}, 200, "Follow the link"),
    "disabled": ({"enabled": False}, 410, "Switched off"),
    "expired": ({"expires_at": timezone.now() - timedelta(hours=1)}, 410, "Expired"),
}


@pytest.mark.parametrize(("fields", "status", "said"), PREVIEWS.values(), ids=PREVIEWS)
def test_a_preview_says_where_a_link_leads_or_why_not(
    make_link: Callable[..., Link], fields: dict[str, Any], status: int, said: str
) -> None:
    """If red, cautious people cannot look before they follow, or are shown a link that is off."""
    make_link("spring", TARGET, **fields)
    response = Browser().get("/spring+")
    page = Page(response)
    assert response.status_code == status, f"the preview answered {response.status_code}"
    assert said in page.text
    assert (TARGET in page.text) == (status == 200)
    assert TARGET not in page.links, "a preview that is followed by mistake would not be counted"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/unknown", "/unknown+", "/unknown/qr.svg", "/no/such/page", "/links/", "/unknown."])
def test_what_is_unknown_is_a_404_page(path: str) -> None:
    """If red, people who mistype a link see a blank page or a server error."""
    response = Browser(raise_request_exception=False).get(path)
    assert response.status_code == 404
    assert "under this address" in Page(response).text


@pytest.mark.parametrize(
    ("fields", "title"), [({"enabled": False}, "Switched off"), ({"expires_at": timezone.now()}, "Expired")]
)
def test_a_link_that_is_over_is_a_410_page(make_link: Callable[..., Link], fields: dict[str, Any], title: str) -> None:
    """If red, search engines keep dead links, and people are not told why they lead nowhere."""
    make_link("spring", TARGET, **fields)
    response = Browser().get("/spring")
    assert response.status_code == 410, f"a link that is over answered {response.status_code}"
    assert title in Page(response).text
    assert TARGET not in response.content.decode(), "the page gives away where a link led that was switched off"


def test_a_link_that_cannot_be_looked_up_is_a_503_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, an outage looks as if the link did not exist, and search engines forget it."""
    monkeypatch.setattr(redirects, "follow", lambda _slug: Visit("unavailable"))
    response = Browser().get("/spring")
    assert response.status_code == 503, f"an outage is answered with {response.status_code}"
    assert int(response.headers.get("Retry-After", 0)) > 0, "the visitor's browser is not told when to come back"
    assert "try again" in Page(response).text.lower()


@pytest.mark.parametrize("path", ["/links", "/links/spring", "/spring+", "/spring/qr.svg"])
def test_a_database_that_is_away_is_a_503_page(browser: Browser, make_link: Callable[..., Link], path: str) -> None:
    """If red, an outage of seconds looks like a bug of ours, or the error page itself needs the database."""
    make_link("spring")
    with database_away():
        response = browser.get(path)
    assert response.status_code == 503, f"an outage is answered with {response.status_code}"
    assert int(response.headers.get("Retry-After", 0)) > 0, "the visitor's browser is not told when to come back"
    assert "try again" in Page(response).text.lower()


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("s3cret"), 500), (OperationalError("s3cret"), 503), (InterfaceError("s3cret"), 503)],
)
def test_an_error_nobody_expected_gives_nothing_away(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """If red, strangers read settings and passwords off an error page; or our bugs hide as outages."""

    def fail(*_args: Any) -> None:
        raise error

    monkeypatch.setattr(services, "links_of", fail)
    response = browser.get("/links")
    assert response.status_code == status
    assert ("Retry-After" in response) == (status == 503)
    for secret in ("s3cret", "Traceback", type(error).__name__, "services.py"):
        assert secret not in response.content.decode(), f"the error page shows {secret}"


def test_a_host_that_is_not_ours_is_refused() -> None:
    """If red, with a forged Host header, pages and mails carry links to somebody else's site."""
    response = Browser(raise_request_exception=False).get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "not understood" in Page(response).text


def test_a_form_from_elsewhere_is_refused(owner: User) -> None:
    """If red, another site makes a signed-in person's browser send our forms."""
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(owner)
    response = browser.post("/links", {"target": TARGET})
    assert response.status_code == 403, f"a form without a token was answered with {response.status_code}"
    assert "reload the page" in Page(response).text
    assert not Link.objects.exists()


@pytest.mark.django_db
def test_what_is_not_allowed_is_a_403_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, a refusal is a bare line of text without a way back."""
    from django.core.exceptions import PermissionDenied

    from links import pages

    def refuse(*_args: Any) -> None:
        raise PermissionDenied

    monkeypatch.setattr(pages, "render", refuse)
    response = Browser().get("/")
    assert response.status_code == 403
    assert "/" in Page(response).links
