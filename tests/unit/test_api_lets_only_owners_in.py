"""Does the API let in whoever has a good key, to their own links, and nobody else?"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from links import keys
from links.models import ApiKey, Link
from tests.unit.support.clients import Browser, Program

ASKED = [
    ("get", "/links/spring"),
    ("patch", "/links/spring"),
    ("delete", "/links/spring"),
    ("get", "/links/spring/statistics"),
]
EVERYTHING = [("get", "/links"), ("post", "/links"), *ASKED]
BODIES = {"post": {"target": "https://example.org/"}, "patch": {"enabled": False}}


def ask(program: Program, method: str, path: str) -> Any:
    body = BODIES.get(method)
    return getattr(program, method)(path, body) if body else getattr(program, method)(path)


@pytest.fixture
def key(owner: User, make_link: Callable[..., Link]) -> str:
    """A key of the owner's, who has the link `spring`."""
    make_link("spring")
    return keys.create_key(owner, "unit")


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
@pytest.mark.parametrize("credentials", ["absent", "wrong", "revoked", "inactive owner", "basic"])
def test_without_a_good_key_there_is_no_way_in(key: str, owner: User, credentials: str, method: str, path: str) -> None:
    """If red, strangers, people who left and keys that leaked can still read and change links."""
    program = Program(None if credentials == "absent" else key)
    if credentials == "wrong":
        program = Program(key[:-1] + ("A" if key[-1] != "A" else "B"))
    elif credentials == "revoked":
        ApiKey.objects.update(revoked_at=timezone.now())
    elif credentials == "inactive owner":
        User.objects.update(is_active=False)
    elif credentials == "basic":
        program._headers = {"Authorization": f"Basic {key}"}
    response = ask(program, method, path)
    assert response.status_code == 401, (
        f"{method} {path} with {credentials} credentials answered {response.status_code}"
    )
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["status"] == 401
    assert Link.objects.filter(enabled=True).count() == 1, "the request was carried out in spite of its 401"


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_somebody_elses_link_is_as_missing_as_none(key: str, method: str, path: str) -> None:
    """If red, links of others can be read or changed, or their slugs be found by trying."""
    stranger = Program(keys.create_key(User.objects.create_user("bob"), "unit"))
    foreign = ask(stranger, method, path)
    missing = ask(stranger, method, path.replace("spring", "nobodys"))
    assert missing.status_code == 404, f"a link that is not there is answered {missing.status_code}"
    assert foreign.status_code == 404, f"another owner's link is answered {foreign.status_code}"
    assert foreign.json()["detail"] == missing.json()["detail"], "the answer tells foreign links from missing ones"
    assert Link.objects.get(slug="spring").enabled, "somebody else's link was changed"


def test_the_list_holds_nobody_elses_links(key: str) -> None:
    """If red, a customer reads another customer's links."""
    stranger = Program(keys.create_key(User.objects.create_user("bob"), "unit"))
    assert stranger.get("/links").json() == {"total": 0, "items": []}


def test_a_session_is_no_key(key: str, owner: User) -> None:
    """If red, another site makes a signed-in person's browser create links, since the API asks for no form token."""
    browser = Browser()
    browser.force_login(owner)
    assert browser.get("/api/v1/links").status_code == 401


def test_a_key_is_stored_only_as_a_digest(key: str) -> None:
    """If red, whoever sees a backup of the table can use every key in it."""
    row = ApiKey.objects.values().get()
    secret = key.removeprefix(keys.PREFIX)
    leaks = [name for name, value in row.items() if secret[:12] in str(value)]
    assert not leaks, f"the key stands in the clear in {leaks}"
    assert keys.find_key(row["digest"]) is None, "the stored digest itself opens the API"
    assert keys.find_key(key) == ApiKey.objects.get()


def test_keys_cannot_be_guessed(owner: User) -> None:
    """If red, keys are short or follow one another, and somebody tries them."""
    made = [keys.create_key(owner, "unit") for _ in range(20)]
    assert len(set(made)) == 20
    assert all(key.startswith("strata_") for key in made), "secret scanners find a leaked key by its prefix"
    # 43 characters of base64 hold 256 bits.
    assert min(len(key.removeprefix("strata_")) for key in made) >= 43, "a key holds fewer than 256 random bits"
