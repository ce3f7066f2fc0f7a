"""Takes the pictures of the UI that the README shows: ``python docs/screenshots.py`` writes ``docs/images/ui-*.png``.

The app is started the way ``make run`` starts it, on free ports and with a state folder that is thrown away, so that
the pictures show what a first visitor sees. The browser is this machine's Chromium (``testkit.browser``).
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page

from testkit.browser import NoBrowser, chromium

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
# What the short links in the pictures begin with; the browser is told that it is this machine.
HOST = "go.example.org"
LARGEST = 200_000
# Seconds for the app to make its database and answer, and for a visit to come through the queue.
PATIENCE = 30


@dataclass(frozen=True)
class Picture:
    """One image: which page, in which colours, on a screen of which size in CSS pixels."""

    name: str
    path: str
    width: int
    height: int
    colours: str = "light"
    scale: float = 1.25


PICTURES = (
    Picture("ui-links", "/links", 1080, 1040),
    Picture("ui-link", "/links/django", 1080, 1258),
    Picture("ui-link-dark", "/links/django", 1080, 1258, colours="dark"),
    Picture("ui-phone", "/links/django", 360, 740, scale=2),
)


@dataclass(frozen=True)
class App:
    """The running app: where it listens, and the secrets it made for its demo user."""

    port: int
    password: str
    api_key: str

    def ask(self, method: str, path: str, **body: object) -> requests.Response:
        headers = {"Host": HOST, "Authorization": f"Bearer {self.api_key}"}
        url = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, url, json=body or None, headers=headers, timeout=5, allow_redirects=False)

    def api(self, method: str, path: str, **body: object) -> dict[str, object]:
        response = self.ask(method, f"/api/v1/links{path}", **body)
        response.raise_for_status()
        return dict(response.json())


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with running_app() as app:
        add_samples(app)
        with chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{app.port}") as browser:
            for picture in PICTURES:
                take(browser, picture, app)


@contextmanager
def running_app() -> Iterator[App]:
    """The embedded default with a database of its own; stopped and wiped at the end."""
    port, metrics_port = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="strata-screenshots-") as folder:
        # Nothing else of this environment: a DATABASE_URL that happens to be set must not be drawn, let alone changed.
        environment = {
            "PATH": os.environ["PATH"],
            "STRATA_STATE": folder,
            "PUBLIC_URL": f"http://{HOST}",
            "PORT": str(port),
            "METRICS_PORT": str(metrics_port),
        }
        with subprocess.Popen(  # noqa: S603  a fixed command of our own
            [sys.executable, str(ROOT / "webapp" / "embedded.py")], env=environment, stdout=subprocess.DEVNULL
        ) as process:
            try:
                until(lambda: answers(process, port), "the app to start")
                yield App(port, Path(folder, "demo_password").read_text(), Path(folder, "api_key").read_text())
            finally:
                process.terminate()


def answers(process: subprocess.Popen[bytes], port: int) -> bool:
    if process.poll() is not None:
        sys.exit(f"screenshots: the app ended with code {process.returncode} before it answered; its reason is above.")
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz/ready", timeout=1).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


def add_samples(app: App) -> None:
    """What the demo data has no example of: a link that is over, one switched off, one that will end."""
    now = datetime.now(UTC)
    soon = (now + timedelta(seconds=2)).isoformat()
    app.api("POST", "", slug="early-bird", target="https://example.org/tickets/early-bird", expires_at=soon)
    app.api("POST", "", slug="old-poster", target="https://example.org/posters/2019/printed-with-a-mistake.pdf")
    app.api("PATCH", "/old-poster", enabled=False)
    end = (now + timedelta(days=30)).replace(hour=18, minute=0, second=0, microsecond=0).isoformat()
    app.api("POST", "", slug="spring-sale", target="https://example.org/shop/sale?utm_source=poster", expires_at=end)
    visits = 27
    for _ in range(visits):
        app.ask("GET", "/spring-sale")
    until(lambda: app.api("GET", "/spring-sale/statistics")["total"] == visits, f"{visits} visits to be counted")
    until(lambda: app.api("GET", "/early-bird")["state"] == "expired", "early-bird to expire")


def take(browser: Browser, picture: Picture, app: App) -> None:
    context = browser.new_context(
        base_url=f"http://{HOST}",
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.scale,
        color_scheme="dark" if picture.colours == "dark" else "light",
        locale="en-GB",
        timezone_id="UTC",
    )
    page = context.new_page()
    sign_in(page, app.password)
    page.goto(picture.path, wait_until="networkidle")
    file = IMAGES / f"{picture.name}.png"
    page.screenshot(path=file)
    context.close()
    size = file.stat().st_size
    if size > LARGEST:
        sys.exit(f"screenshots: {file.name} has {size:,} bytes, at most {LARGEST:,} are wanted; lower its scale.")
    print(f"{file.relative_to(ROOT)}  {size // 1000} kB")


def sign_in(page: Page, password: str) -> None:
    page.goto("/login")
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/links")


def until(question: Callable[[], bool], why: str) -> None:
    """Asks until the answer is yes; ends the program, saying what was awaited, after PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not question():
        if time.monotonic() > deadline:
            sys.exit(f"screenshots: waited {PATIENCE} s in vain for {why}.")
        time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


if __name__ == "__main__":
    try:
        main()
    except NoBrowser as error:
        sys.exit(f"screenshots: {error}. Remedy: `make bootstrap`.")
