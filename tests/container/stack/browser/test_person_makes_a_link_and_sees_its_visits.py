"""The way that everybody goes: sign in, make a link, copy it, follow it, see that it was counted."""

import re
import secrets

from playwright.sync_api import StorageState, expect

from testkit import wait
from tests.container.stack.browser.conftest import COUNTED, Destination, Open, sign_in
from tests.container.stack.running import Account, Stack


def test_signing_in_and_out(open_page: Open, account: Account) -> None:
    """Red: nobody gets in, or nobody gets out."""
    watched = open_page("/")
    watched.shoot("home")
    watched.page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    watched.shoot("login")
    sign_in(watched.page, account)
    watched.page.get_by_role("button", name="Sign out").click()
    expect(watched.page).to_have_url(re.compile("/$"))
    watched.page.goto("/links")
    expect(watched.page).to_have_url(re.compile(r"/login\?next=/links$"))


def test_making_copying_following_and_seeing_the_chart(
    open_page: Open, stack: Stack, signed_in: StorageState, destination: Destination
) -> None:
    """Red: the product does not do what it is for."""
    slug = f"poster-{secrets.token_hex(4)}"
    watched = open_page("/links", storage_state=signed_in, permissions=["clipboard-read", "clipboard-write"])
    page = watched.page
    page.get_by_label("Target", exact=True).fill(f"{destination.url}/{slug}")
    page.get_by_label("Slug").first.fill(slug)
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("status").first).to_contain_text(f"{stack.url}/{slug} is ready.")
    expect(page.get_by_text("No visits yet.")).to_be_visible()
    watched.shoot("link-without-visits")

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{stack.url}/{slug}", f"the clipboard holds {copied!r}"

    visitor = open_page("/")
    for _ in range(3):
        visitor.page.goto(copied)
        expect(visitor.page.get_by_role("heading", name="You have arrived")).to_be_visible()
    assert destination.seen.count(f"/{slug}") == 3, f"the target was asked for {destination.seen}"

    def counted() -> bool | wait.NotYet:
        page.reload()
        today = page.locator("dl.sums div", has_text="Today").locator("dd")
        return int(today.inner_text()) >= 3 or wait.NotYet(f"Today: {today.inner_text()}")

    wait.until(counted, COUNTED, every=0.2, why="the chart to show three visits today", hint="see the flusher")
    bar = page.locator("svg rect.visits").last
    assert float(bar.get_attribute("height") or 0) > 0, "the chart of a link with visits has no bar for today"
    watched.shoot("link")

    page.goto(f"/{slug}+")
    expect(page.get_by_text(f"{destination.url}/{slug}")).to_be_visible()
    watched.shoot("preview")


def test_switching_off_is_seen_by_visitors(
    open_page: Open, signed_in: StorageState, stack: Stack, account: Account, destination: Destination
) -> None:
    """Red: a link that was switched off, as it led somewhere bad, goes on leading there."""
    slug = stack.link(account, f"{destination.url}/off")
    watched = open_page(f"/links/{slug}", storage_state=signed_in)
    watched.page.get_by_label("On", exact=True).uncheck()
    watched.page.get_by_role("button", name="Save").click()
    expect(watched.page.get_by_text("This link is switched off.")).to_be_visible()

    visitor = open_page("/")
    visitor.expects_status(410)
    assert (response := visitor.page.goto(f"/{slug}")) is not None
    assert response.status == 410, f"a switched-off link answers {response.status}"
    expect(visitor.page.get_by_role("heading", name="Switched off")).to_be_visible()
    visitor.shoot("switched-off")
