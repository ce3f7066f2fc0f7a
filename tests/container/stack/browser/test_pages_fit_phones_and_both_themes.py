"""Does every page fit a phone, in light and in dark, in the colours that the person chose?"""

import itertools
from typing import Literal

import pytest
from playwright.sync_api import Page, StorageState, ViewportSize, expect

from tests.container.stack.browser.conftest import DESKTOP, PHONE, Destination, Open
from tests.container.stack.running import Account, Stack

# WCAG 2.2, success criterion 1.4.3, for text of usual size.
_CONTRAST = 4.5

DEVICES: dict[str, ViewportSize] = {"phone": PHONE, "desktop": DESKTOP}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PUBLIC = {"home": "/", "login": "/login"}


@pytest.fixture(scope="module")
def private(stack: Stack, account: Account, destination: Destination) -> dict[str, str]:
    """Every kind of page that a signed-in person sees, by the name of its picture."""
    slug = stack.link(account, f"{destination.url}/{'noplacetobreak' * 15}")
    return {"links": "/links", "link-long": f"/links/{slug}", "preview-long": f"/{slug}+"}


@pytest.mark.parametrize("kind", ["public", "private"])
def test_every_page_fits(open_page: Open, signed_in: StorageState, private: dict[str, str], kind: str) -> None:
    """Red: people scroll sideways, or read grey on grey."""
    pages, state = (PUBLIC, None) if kind == "public" else (private, signed_in)
    watched = open_page("/", storage_state=state)
    for name, path in pages.items():
        watched.page.goto(path)
        for (device, viewport), scheme in itertools.product(DEVICES.items(), SCHEMES):
            watched.page.set_viewport_size(viewport)
            watched.page.emulate_media(color_scheme=scheme)
            assert_fits(watched.page, f"{path} on a {device} in {scheme}")
            watched.shoot(f"{name}-{device}-{scheme}")


def assert_fits(page: Page, what: str) -> None:
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert too_wide <= 0, f"{what} is {too_wide} pixels wider than the window"
    contrast = page.evaluate(_CONTRAST_OF_HEADING)
    assert contrast >= _CONTRAST, f"the heading of {what} has a contrast of {contrast:.1f}"


def test_a_chosen_theme_is_kept(open_page: Open) -> None:
    """Red: the choice is forgotten at the next page, or flashes by in the wrong colours."""
    watched = open_page("/", color_scheme="light")
    light = _background(watched.page)
    watched.page.get_by_role("button", name="Dark").click()
    dark = _background(watched.page)
    assert dark != light, "the switch to dark changes nothing"
    watched.page.goto("/login")
    expect(watched.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert _background(watched.page) == dark, "the chosen theme is lost on the next page"


def _background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


_CONTRAST_OF_HEADING = """
(() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const luminance = colour => channels(colour).slice(0, 3)
    .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (colour.startsWith("rgb") && (channels(colour)[3] ?? 1) === 1) return colour;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  const heading = document.querySelector("h1");
  const [a, b] = [luminance(getComputedStyle(heading).color), luminance(ground(heading))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
})()
"""
