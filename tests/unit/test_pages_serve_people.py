"""Can a person sign in, make a link, find it, look at it, change it and delete it, without JavaScript?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from links.models import DailyClicks, Link
from tests.unit.support.clients import Browser
from tests.unit.support.html import Page
from tests.unit.support.measured import metric_value

TARGET = "https://example.org/there"


@pytest.fixture
def browser(owner: User) -> Browser:
    """The owner's, signed in."""
    signed_in = Browser()
    signed_in.force_login(owner)
    return signed_in


def filled_in(response: Any, **entries: str) -> dict[str, str]:
    """The page's form as a browser would send it: what stands in its fields, with these entries."""
    fields = {name: value for name, value in Page(response).fields.items() if value is not None}
    return {**fields, **entries}


def test_signing_in_leads_to_the_links(owner: User) -> None:
    """If red, nobody gets in, or people who asked for a page are dropped somewhere else."""
    browser = Browser()
    asked = browser.get("/links/spring")
    assert (asked.status_code, asked["Location"]) == (302, "/login?next=/links/spring")
    form = browser.get(asked["Location"])
    signed_in = browser.post("/login", filled_in(form, username="ada", password="correct horse battery"))
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/links/spring")
    assert browser.get("/")["Location"] == "/links", "whoever is signed in is shown the start page for strangers"
    assert browser.get("/login")["Location"] == "/links", "whoever is signed in is asked to sign in again"


def test_strangers_are_shown_what_this_is() -> None:
    """If red, a visitor of the bare host sees nothing, or an error."""
    response = Browser().get("/")
    assert response.status_code == 200
    assert "/login" in Page(response).links


def test_signing_out_ends_the_session(browser: Browser) -> None:
    """If red, on a shared computer the next person uses the account of the last."""
    assert browser.post("/logout").status_code == 302
    assert browser.get("/links").status_code == 302, "after signing out the links are still shown"


def test_a_link_is_made_and_shown(browser: Browser) -> None:
    """If red, the form that the product is about does not work."""
    form = browser.get("/links")
    made = browser.post("/links", filled_in(form, target=TARGET, slug="Spring", expires_at=""), follow=True)
    assert made.redirect_chain == [("/links/Spring", 302)], "reloading the page would make a second link"
    assert "https://go.example.org/Spring" in Page(made).announced, "nobody is told that the link was made"
    assert Link.objects.get(slug="Spring").target == TARGET
    assert metric_value("strata_links_created_total", via="ui") == 1
    assert Browser().get("/Spring")["Location"] == TARGET


def test_without_a_slug_one_is_made(browser: Browser) -> None:
    """If red, people must invent a slug for every link."""
    made = browser.post("/links", {"target": TARGET})
    assert made["Location"] == f"/links/{Link.objects.get().slug}"


def test_an_expiry_is_taken_as_utc(browser: Browser) -> None:
    """If red, links end hours off, by the time zone of the server."""
    browser.post("/links", {"target": TARGET, "slug": "spring", "expires_at": "2999-06-01T12:30"})
    assert Link.objects.get().expires_at == datetime(2999, 6, 1, 12, 30, tzinfo=UTC)


def test_the_list_shows_each_link_with_its_visits(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, people cannot see which of their links is used, or where it leads."""
    link = make_link("spring", "https://example.org/offers?a=1&b=<2>")
    DailyClicks.objects.create(link=link, day=timezone.now().date(), count=4711)
    page = Page(browser.get("/links"))
    assert "/links/spring" in page.links
    assert "https://example.org/offers?a=1&b=<2>" in page.text
    assert "4,711 visits" in page.text or "4711 visits" in page.text, page.text


def test_search_and_pages_lead_to_every_link(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, the twenty-first link is lost, or the second page of a search shows all links again."""
    start = timezone.now() - timedelta(days=2)
    for number in range(45):
        make_link(f"{'even' if number % 2 == 0 else 'odd'}-{number:02}", created_at=start + timedelta(minutes=number))
    seen: list[str] = []
    address = "/links?search=even"
    while address:
        page = Page(browser.get(address))
        assert page.fields["search"] == "even", "the search is forgotten on the way"
        seen += [link.removeprefix("/links/") for link in page.links if link.startswith("/links/")]
        following = [link for link in page.links if f"page={len(seen) // 20 + 1}" in link]
        address = f"/links{following[0]}" if following and len(seen) % 20 == 0 else ""
    assert seen == [f"even-{number:02}" for number in range(44, -1, -2)]


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=99", "?page=last", "?page=x", "?search=%00", "?search=" + "x" * 999]
)
def test_odd_addresses_of_the_list_are_no_errors(browser: Browser, make_link: Callable[..., Link], query: str) -> None:
    """If red, an old bookmark is a server error."""
    make_link("spring")
    assert browser.get(f"/links{query}").status_code == 200


def test_a_search_that_finds_nothing_says_so(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, people think that their links are gone."""
    make_link("spring")
    page = Page(browser.get("/links?search=<b>winter"))
    assert "<b>winter" in page.text, "the page does not say what was searched for"
    assert "/links" in page.links, "there is no way back to all links"


def test_a_links_page_shows_its_numbers(browser: Browser, make_link: Callable[..., Link], time_machine: Any) -> None:
    """If red, the numbers people report to others are wrong."""
    time_machine.move_to("2030-03-02T10:00:00Z", tick=False)
    browser.force_login(User.objects.get())  # the session of before has expired by now
    link = make_link("spring")
    for day, count in {"2030-01-01": 100, "2030-02-20": 12, "2030-03-02": 5}.items():
        DailyClicks.objects.create(link=link, day=day, count=count)
    text = Page(browser.get("/links/spring")).text
    for name, number in {"Today": 5, "30 days": 17, "In all": 117}.items():
        assert f"{name} {number} " in text, f"“{name}” is not {number}: {text}"
    for day in ("20 Feb 2030 12", "21 Feb 2030 0", "2 Mar 2030 5"):
        assert day in text, f"the table does not say “{day}”: {text}"


def test_a_links_page_leads_to_its_code_and_preview(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, there is no way to the QR code for the poster."""
    make_link("spring")
    page = Page(browser.get("/links/spring"))
    assert "/spring/qr.svg" in page.sources
    assert {"/spring/qr.svg", "/spring+"} <= set(page.links)
    assert "https://go.example.org/spring" in browser.get("/links/spring").content.decode(), "nothing to copy"


def test_a_link_is_changed(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, a printed link cannot be led elsewhere, switched off, or given an end."""
    link = make_link("spring")
    form = browser.get("/links/spring")
    entries = filled_in(form, target="https://example.org/new", expires_at="2999-01-01T00:00:00")
    entries.pop("enabled")
    saved = browser.post("/links/spring", entries, follow=True)
    assert saved.redirect_chain == [("/links/spring", 302)]
    assert "Saved" in Page(saved).announced
    link.refresh_from_db()
    assert (link.target, link.enabled) == ("https://example.org/new", False)
    assert link.expires_at == datetime(2999, 1, 1, tzinfo=UTC)
    assert Browser().get("/spring").status_code == 410, "the link was switched off, and goes on redirecting"


@pytest.mark.parametrize("expires", ["2001-02-03T04:05:06.789Z", "2999-12-31T23:59:59.123456Z", None])
def test_what_is_not_touched_stays_as_it_was(
    browser: Browser, make_link: Callable[..., Link], expires: str | None
) -> None:
    """If red, switching off a link that has expired is refused, or saving cuts the seconds off its expiry."""
    expires_at = datetime.fromisoformat(expires) if expires else None
    link = make_link("spring", TARGET, expires_at=expires_at)
    entries = filled_in(browser.get("/links/spring"))
    entries.pop("enabled")
    response = browser.post("/links/spring", entries)
    assert response.status_code == 302, Page(response).announced
    link.refresh_from_db()
    assert (link.target, link.enabled, link.expires_at) == (TARGET, False, expires_at)


def test_an_expiry_is_taken_away(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, a campaign cannot be prolonged for ever."""
    link = make_link("spring", expires_at=timezone.now() + timedelta(days=1))
    browser.post("/links/spring", filled_in(browser.get("/links/spring"), expires_at=""))
    link.refresh_from_db()
    assert link.expires_at is None


def test_a_link_is_deleted(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, a link that must not be there any more goes on working."""
    make_link("spring")
    assert Browser().get("/spring").status_code == 302
    gone = browser.post("/links/spring/delete", follow=True)
    assert gone.redirect_chain == [("/links", 302)]
    assert "spring" in Page(gone).announced
    assert Browser().get("/spring").status_code == 404, "the link was deleted, and goes on redirecting"


def test_deleting_takes_a_form(browser: Browser, make_link: Callable[..., Link]) -> None:
    """If red, a crawler, or a picture on another site, deletes links."""
    make_link("spring")
    assert browser.get("/links/spring/delete").status_code == 405, "GET /links/…/delete is not refused"
    assert Link.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/links/spring", "/links/spring/delete"])
def test_nobody_else_gets_at_a_link(make_link: Callable[..., Link], method: str, path: str) -> None:
    """If red, a customer sees or changes another customer's links."""
    make_link("spring")
    browser = Browser()
    asked = getattr(browser, method)(path)
    assert (asked.status_code, asked["Location"]) == (302, f"/login?next={path}"), "strangers get in"
    browser.force_login(User.objects.create_user("bob"))
    status = getattr(browser, method)(path).status_code
    expected = 405 if (method, path[-6:]) == ("get", "delete") else 404
    assert status == expected, f"{method} {path} answered somebody else with {status}"
    assert Link.objects.filter(enabled=True).count() == 1, "somebody else's link was changed"
    assert "spring" not in Page(browser.get("/links")).text
