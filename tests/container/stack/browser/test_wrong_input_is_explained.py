"""Is a person who gets something wrong told what, with nothing lost that was typed?"""

import secrets

import pytest
from playwright.sync_api import StorageState, expect

from tests.container.stack.browser.conftest import Open
from tests.container.stack.running import Account, Stack


def test_a_wrong_password_is_refused(open_page: Open, account: Account) -> None:
    """Red: anybody gets in, or nobody learns why not."""
    watched = open_page("/login")
    watched.expects_status(422)
    page = watched.page
    page.get_by_label("Username").fill(account.name)
    page.get_by_label("Password").fill(account.password + "x")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("enter a correct username and password")
    expect(page.get_by_label("Username")).to_have_value(account.name)
    expect(page.get_by_label("Password")).to_have_value("")
    watched.shoot("login-refused")
    page.goto("/links")
    expect(page).to_have_title("Sign in · Strata")


@pytest.mark.parametrize(
    ("target", "slug", "said"),
    [
        ("https://localhost/somewhere", "", "must not be a link of this shortener"),
        ("https://user:password@example.org/", "", "must not carry a user name or password"),
        ("https://example.org/", "api", "is reserved"),
        ("https://example.org/", "with space", "letters, digits, hyphens or underscores"),
    ],
)
def test_a_wrong_link_is_refused(open_page: Open, signed_in: StorageState, target: str, slug: str, said: str) -> None:
    """Red: people type it all again, or do not find out what to change."""
    watched = open_page("/links", storage_state=signed_in)
    watched.expects_status(422)
    page = watched.page
    page.get_by_label("Target", exact=True).fill(target)
    page.get_by_label("Slug").first.fill(slug)
    page.get_by_role("button", name="Make the link").click()
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text(said)
    expect(problems).to_be_focused()
    expect(page.get_by_label("Target", exact=True)).to_have_value(target)
    expect(page.get_by_label("Slug").first).to_have_value(slug)
    watched.shoot("links-with-a-problem")


def test_a_taken_slug_is_refused(open_page: Open, signed_in: StorageState, stack: Stack, account: Account) -> None:
    """Red: somebody's printed link leads to somebody else's target."""
    taken = stack.link(account)
    watched = open_page("/links", storage_state=signed_in)
    watched.expects_status(422)
    watched.page.get_by_label("Target", exact=True).fill("https://example.org/other")
    watched.page.get_by_label("Slug").first.fill(taken)
    watched.page.get_by_role("button", name="Make the link").click()
    expect(watched.page.get_by_role("alert")).to_contain_text("is taken")


def test_an_unknown_link_has_a_page(open_page: Open) -> None:
    """Red: a visitor with a typo sees the browser's or the server's own error."""
    watched = open_page("/")
    watched.expects_status(404)
    watched.page.goto(f"/{secrets.token_hex(8)}")
    expect(watched.page.get_by_role("heading", name="No such link")).to_be_visible()
    watched.shoot("no-such-link")
