"""A Chromium without a window: the one that this machine has, driven by Playwright.

    with chromium() as browser:
        browser.new_page().goto("http://127.0.0.1:8000/")

Playwright's own browsers come from an address that many networks do not let through; a distribution's package does not.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""What is looked for on PATH, the best first: the headless shell has the same engine and no user interface to load."""

# Nothing here needs a GPU, or may ask a server on the internet. A container's root cannot have a sandbox, and what is
# opened is the caller's own.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowser(RuntimeError):
    """This machine has no Chromium; the message says where it was looked for."""


def program() -> str:
    """Return the path of Chromium: what CHROMIUM names, or the first of `PROGRAMS`. Raises NoBrowser."""
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else PROGRAMS:
        if found := shutil.which(name):
            return found
    looked_for = f"CHROMIUM={named}" if named else ", ".join(PROGRAMS)
    raise NoBrowser(f"there is no Chromium on PATH ({looked_for}); CHROMIUM=/path names one that is elsewhere")


@contextmanager
def chromium(*arguments: str) -> "Iterator[Browser]":
    """Start the browser, with more `arguments` of its command line, and close it at the end. Raises NoBrowser."""
    path = program()
    # Only who opens a browser waits for Playwright to be imported.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS, *arguments])
        try:
            yield browser
        finally:
            browser.close()
