"""A real browser on the stack: this machine's Chromium (`testkit.browser`).

Every page is watched: what a test does not expect on the console, or from the network, fails it at its end.
"""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    ViewportSize,
    expect,
)

from testkit import browser, evidence
from tests.container.stack.running import Account, Stack
from tests.container.support.names import REMEDY, ROOT

# Milliseconds; the machine also runs the stack.
PATIENCE = 15_000

# Seconds for a visit to show in the chart: the flusher's round of 2 s, with room for a busy machine.
COUNTED = 30

SCREENSHOTS = ROOT / "reports" / "evidence" / "pages"

DESKTOP: ViewportSize = {"width": 1080, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


class Watched:
    """A page, and what its browser complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._expected: set[int] = set()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def expects_status(self, status: int) -> None:
        """A page with this status is the point of the test; Chromium reports it on the console."""
        self._expected.add(status)

    def shoot(self, name: str) -> None:
        """Keep a picture of the page for a person to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def assert_clean(self) -> None:
        assert not self.complaints, "the browser's console has:\n" + "\n".join(self.complaints)

    def _console(self, message: ConsoleMessage) -> None:
        announced = any(f"status of {status} " in message.text for status in self._expected)
        if message.type in {"error", "warning"} and not announced:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")


Open = Callable[..., Watched]


@dataclass(frozen=True)
class Destination:
    """Where the links of these tests lead: a page on this machine, since the browser must not leave it."""

    url: str
    seen: list[str]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    try:
        with browser.chromium() as started:
            yield started
    except browser.NoBrowser as error:
        pytest.fail(f"The browser's tests: {error}. Remedy: {REMEDY}.", pytrace=False)


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, stack: Stack, account: Account) -> StorageState:
    """The cookies of a person who has signed in through the page."""
    with _context(chromium, stack) as context:
        page = context.new_page()
        sign_in(page, account)
        return context.storage_state()


@pytest.fixture(scope="session")
def open_pages(request: pytest.FixtureRequest) -> list[Watched]:
    """The pages of the running test; one that fails leaves a picture of each."""
    pages: list[Watched] = []

    def collect(folder: evidence.Folder) -> None:
        for number, watched in enumerate(pages):
            folder.path.mkdir(parents=True, exist_ok=True)
            watched.page.screenshot(path=folder.path / f"page-{number}.png", full_page=True)

    evidence.collect_with(request.config, collect)
    return pages


@pytest.fixture
def open_page(chromium: Browser, stack: Stack, open_pages: list[Watched]) -> Iterator[Open]:
    """Opens a page in a browser profile of its own; at the end of the test each one must be free of complaints."""
    with ExitStack() as contexts:

        def open_(path: str = "/", **options: Any) -> Watched:
            watched = Watched(contexts.enter_context(_context(chromium, stack, **options)).new_page())
            open_pages.append(watched)
            watched.page.goto(path)
            return watched

        yield open_
        pages = open_pages.copy()
        open_pages.clear()
        for watched in pages:
            watched.assert_clean()


@pytest.fixture(scope="session")
def destination() -> Iterator[Destination]:
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            body = b"<!doctype html><title>There</title><link rel=icon href=data:,><h1>You have arrived</h1>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Silence: the paths are kept."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Destination(f"http://127.0.0.1:{server.server_address[1]}", seen)
        server.shutdown()
        thread.join()


def sign_in(page: Page, account: Account) -> None:
    """Sign in as people do."""
    page.goto("/login")
    page.get_by_label("Username").fill(account.name)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your links", level=1)).to_be_visible()


@contextmanager
def _context(chromium: Browser, stack: Stack, **options: Any) -> Iterator[BrowserContext]:
    context = chromium.new_context(**{"base_url": stack.url, "viewport": DESKTOP, "locale": "en", **options})
    context.set_default_timeout(PATIENCE)
    # Each network that another test's containers get makes Chromium give up the connections that it is just opening
    # (ERR_NETWORK_CHANGED), and a page's scripts are not asked for again. Playwright's own client does not look.
    context.route("**/static/**", lambda route: route.fulfill(response=route.fetch()))
    try:
        yield context
    finally:
        # A file still on its way when the test ends would raise its error in the next test's first call.
        context.unroute_all(behavior="ignoreErrors")
        context.close()
