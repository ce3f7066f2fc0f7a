"""Can somebody who uses no mouse sign in, make a link and copy it?"""

import secrets

from playwright.sync_api import Page, expect

from tests.container.stack.browser.conftest import Destination, Open
from tests.container.stack.running import Account, Stack

# More than any page has between two things that matter.
_MOST_STEPS = 40


def test_from_the_start_page_to_a_copied_link(
    open_page: Open, stack: Stack, account: Account, destination: Destination
) -> None:
    """Red: a part of the people, and every screen reader, is locked out."""
    slug = f"keys-{secrets.token_hex(4)}"
    watched = open_page("/", permissions=["clipboard-read", "clipboard-write"])
    page = watched.page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    _tab_to(page, "Sign in")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type(account.name)
    _tab_to(page, "Password")
    page.keyboard.type(account.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your links", level=1)).to_be_visible()

    _tab_to(page, "Target")
    page.keyboard.type(f"{destination.url}/{slug}")
    _tab_to(page, "Slug")
    page.keyboard.type(slug)
    _tab_to(page, "Make the link")
    watched.shoot("focus-is-seen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(slug)

    _tab_to(page, "Copy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{stack.url}/{slug}", f"the clipboard holds {copied!r}"


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the thing of that name has the focus, which must then be visible."""
    passed = []
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const e = document.activeElement;"
            " return e.labels?.[0]?.innerText ?? e.getAttribute('aria-label') ?? e.innerText; })()"
        )
        passed.append(str(focused).split("\n")[0].strip())
        if passed[-1].removesuffix("optional").strip() == name:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{name!r} has the focus and shows no outline"
            return
    raise AssertionError(f"{name!r} is not reached by Tab; passed: {', '.join(passed)}")
