"""Is Django's admin absent unless it was turned on, and does it keep the app's rules when it is?"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from links import keys
from links.models import ApiKey, Link
from tests.unit.support.clients import Browser, Program
from tests.unit.support.environment import run_python
from tests.unit.support.html import Page

# Asks an app that was started anew, since routes and installed apps are made at the start.
LOOK = """
import json, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.apps import apps
from django.test import Client
ask = lambda path: Client(HTTP_HOST="go.example.org").get(path, secure=True)
print(json.dumps({
    "installed": apps.is_installed("django.contrib.admin"),
    "status": ask("/admin/login/").status_code,
    "linked": "/admin/" in ask("/").content.decode(),
}))
"""


@pytest.mark.parametrize(("value", "there"), [(None, False), ("true", True)])
def test_the_admin_is_there_only_if_it_was_turned_on(value: str | None, there: bool) -> None:
    """If red, a second way in, without our limit on failed logins, stands open in production."""
    asked = run_python("-c", LOOK, ADMIN_ENABLED=value, LOG_LEVEL="ERROR")
    assert asked.returncode == 0, asked.stderr
    seen = json.loads(asked.stdout.splitlines()[-1])
    expected = {"installed": there, "status": 200 if there else 404, "linked": there}
    assert seen == expected, f"with ADMIN_ENABLED={value} the admin is {seen}, not {expected}"


@pytest.fixture
def admin(db: None) -> Browser:
    browser = Browser()
    browser.force_login(User.objects.create_superuser("root"))
    return browser


def saved(admin: Browser, link: Link, **entries: str) -> Any:
    """Saves a link's form in the admin, as it is but for these entries."""
    address = f"/admin/links/link/{link.pk}/change/"
    fields = {name: value for name, value in Page(admin.get(address)).fields.items() if value is not None}
    form = {"slug": link.slug, "target": link.target, "owner": link.owner_id, "enabled": "on"}
    buttons = {"_continue", "_addanother", "_save"}
    return admin.post(address, {**{k: v for k, v in fields.items() if k not in buttons}, **form, **entries})


def test_a_change_in_the_admin_is_seen_by_the_next_visit(
    admin: Browser, make_link: Callable[..., Link], django_capture_on_commit_callbacks: Any
) -> None:
    """If red, an operator switches a link to malware off, and it goes on redirecting."""
    link = make_link("spring")
    assert Browser().get("/spring")["Location"] == "https://example.org/there"
    with django_capture_on_commit_callbacks(execute=True):
        assert saved(admin, link, target="https://example.org/new").status_code == 302
    now = Browser().get("/spring")["Location"]
    assert now == "https://example.org/new", f"the target was changed in the admin, and visits still go to {now}"


def test_a_deletion_in_the_admin_is_seen_by_the_next_visit(
    admin: Browser, make_link: Callable[..., Link], django_capture_on_commit_callbacks: Any
) -> None:
    """If red, the same, for a link that was deleted."""
    link = make_link("spring")
    assert Browser().get("/spring").status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/admin/links/link/{link.pk}/delete/", {"post": "yes"})
    assert Browser().get("/spring").status_code == 404, "the link was deleted in the admin, and goes on redirecting"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"target": "javascript:alert(1)"}, "must start with http:// or https://"),
        ({"target": "https://ｇｏ.example.org/x"}, "must not be a link of this shortener itself"),
        ({"slug": "login"}, "reserved"),
        ({"slug": "taken"}, "already exists"),
    ],
    ids=["script", "own host", "reserved", "taken"],
)
def test_the_admin_keeps_the_rules(
    admin: Browser, make_link: Callable[..., Link], entries: dict[str, str], said: str
) -> None:
    """If red, what the form refuses gets in through the admin."""
    make_link("taken")
    link = make_link("spring")
    response = saved(admin, link, **entries)
    assert response.status_code == 200, f"the admin accepted {entries}, though it {said}"
    assert said in Page(response).text


def test_targets_are_normalised_in_the_admin_too(admin: Browser, make_link: Callable[..., Link]) -> None:
    """If red, an address in another alphabet, entered in the admin, breaks on its way through the header."""
    link = make_link("spring")
    assert saved(admin, link, target="https://BÜCHER.example/ü").status_code == 302
    link.refresh_from_db()
    assert link.target == "https://xn--bcher-kva.example/%C3%BC"


def test_keys_can_be_revoked_there_but_neither_made_nor_read(admin: Browser, owner: User) -> None:
    """If red, a leaked key cannot be stopped, or the admin shows what opens the API."""
    key = keys.create_key(owner, "unit")
    row = ApiKey.objects.get()
    assert Program(key).get("/links").status_code == 200
    form = admin.get(f"/admin/links/apikey/{row.pk}/change/")
    assert row.digest not in form.content.decode()
    entries = {"name": "unit", "revoked_at_0": "2026-01-01", "revoked_at_1": "00:00:00"}
    assert admin.post(f"/admin/links/apikey/{row.pk}/change/", entries).status_code == 302
    answer = Program(key).get("/links").status_code
    assert answer == 401, f"a key that was revoked is answered {answer}"
    assert admin.get("/admin/links/apikey/add/").status_code == 403
