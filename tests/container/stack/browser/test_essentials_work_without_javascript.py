"""Does everything essential work where scripts are blocked or did not load?"""

import re
import secrets

from playwright.sync_api import expect

from testkit import wait
from tests.container.stack.browser.conftest import COUNTED, Destination, Open, sign_in
from tests.container.stack.running import Account


def test_sign_in_make_follow_and_see(open_page: Open, account: Account, destination: Destination) -> None:
    """Red: a strict browser, or one lost request, makes the product useless."""
    slug = f"plain-{secrets.token_hex(4)}"
    watched = open_page("/", java_script_enabled=False)
    page = watched.page
    sign_in(page, account)
    page.get_by_label("Target", exact=True).fill(f"{destination.url}/{slug}")
    page.get_by_label("Slug").first.fill(slug)
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(slug)
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    assert not page.locator(".needs-js:visible").count(), "something that needs a script is shown without one"

    visitor = open_page("/", java_script_enabled=False)
    visitor.page.goto(f"/{slug}")
    expect(visitor.page.get_by_role("heading", name="You have arrived")).to_be_visible()

    def counted() -> bool | wait.NotYet:
        page.reload()
        today = page.locator("dl.sums div", has_text="Today").locator("dd")
        return int(today.inner_text()) >= 1 or wait.NotYet(f"Today: {today.inner_text()}")

    wait.until(counted, COUNTED, every=0.2, why="the page to show the visit", hint="see the flusher")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text(re.compile(r"[1-9]$"))
    watched.shoot("link-without-javascript")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
