"""Is the way into the pages closed to guessers, forgers and people who lure others elsewhere?"""

from typing import Any

import pytest
from django.contrib.auth.models import User

from links import keys
from tests.unit.support.clients import Browser, Program
from tests.unit.support.html import Page
from tests.unit.support.measured import metric_value

GOOD = {"username": "ada", "password": "correct horse battery"}
WRONG = {**GOOD, "password": "wrong"}


@pytest.mark.parametrize("sent", [WRONG, {**GOOD, "username": "bob"}], ids=str)
def test_wrong_credentials_are_refused(owner: User, sent: dict[str, str]) -> None:
    """If red, anybody gets in, or people are not told why they do not."""
    browser = Browser()
    response = browser.post("/login", sent)
    assert response.status_code == 422
    assert Page(response).announced, "the error is not announced to screen readers"
    assert not Page(response).fields["password"], "the password is sent back"
    assert browser.get("/links").status_code == 302, "the failed try signed in"


def test_a_wrong_name_and_a_wrong_password_look_the_same(owner: User) -> None:
    """If red, strangers find out who has an account."""
    answers = {Page(Browser().post("/login", sent)).announced for sent in (WRONG, {**WRONG, "username": "bob"})}
    assert len(answers) == 1, answers


def test_an_inactive_account_is_closed(owner: User) -> None:
    """If red, people who left still get in."""
    User.objects.update(is_active=False)
    assert Browser().post("/login", GOOD).status_code == 422


def test_guessing_passwords_ends_soon(owner: User, settings: Any) -> None:
    """If red, passwords can be tried as fast as the server answers, or one guesser locks everybody out."""
    settings.FAILED_AUTH_RATE = "3/hour"
    browser = Browser(REMOTE_ADDR="192.0.2.7")
    for attempt in range(3):
        status = browser.post("/login", WRONG).status_code
        assert status == 422, f"wrong password {attempt + 1} of the 3 allowed answered {status}"
    refused = browser.post("/login", GOOD)
    assert refused.status_code == 429, "after three wrong passwords the right one was still tried"
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["RateLimit-Policy"] == '"failed-auth";q=3;w=3600'
    assert "Try again in" in Page(refused).text
    assert metric_value("strata_rate_limited_total", limit="failed-auth") == 1
    assert browser.get("/login").status_code == 200, "even the form is refused"
    assert Browser(REMOTE_ADDR="192.0.2.8").post("/login", GOOD).status_code == 302, (
        "another address is locked out, too"
    )


def test_good_sign_ins_use_up_nothing(owner: User, settings: Any) -> None:
    """If red, an office behind one address cannot sign in on a Monday morning."""
    settings.FAILED_AUTH_RATE = "2/hour"
    for _ in range(5):
        assert Browser().post("/login", GOOD).status_code == 302, "good sign-ins use up the budget for failed ones"


def test_passwords_and_keys_share_a_budget(owner: User, settings: Any) -> None:
    """If red, whoever has used up their tries at the form goes on at the API."""
    settings.FAILED_AUTH_RATE = "2/hour"
    key = keys.create_key(owner, "unit")
    for _ in range(2):
        Browser(REMOTE_ADDR="192.0.2.7").post("/login", WRONG)
    assert Program(key, address="192.0.2.7").get("/links").status_code == 429


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "http:evil.example",
        "https:///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://go.example.org/links",
        "https://go.example.org@evil.example/",
    ],
)
@pytest.mark.parametrize("where", ["address", "form"])
def test_signing_in_leads_nowhere_else(owner: User, where: str, elsewhere: str) -> None:
    """If red, a link to our own sign-in page hands people over to a copy of it that takes their password again."""
    if where == "address":
        response = Browser().post("/login", GOOD, query_params={"next": elsewhere})
    else:
        response = Browser().post("/login", {**GOOD, "next": elsewhere})
    assert (response.status_code, response["Location"]) == (302, "/links")


def test_a_session_of_before_is_not_taken_over(owner: User) -> None:
    """If red, whoever plants a session id in somebody's browser is signed in together with them."""
    browser = Browser()
    browser.session.save()
    planted = browser.cookies["sessionid"].value
    browser.post("/login", GOOD)
    assert browser.cookies["sessionid"].value != planted


def test_signing_out_takes_a_form(owner: User) -> None:
    """If red, a picture on another site signs people out."""
    browser = Browser()
    browser.force_login(owner)
    assert browser.get("/logout").status_code == 405
    assert browser.get("/links").status_code == 200


def test_the_form_cannot_be_sent_from_elsewhere(owner: User) -> None:
    """If red, another site signs people into an account of its own, and reads what they store there."""
    status = Browser(enforce_csrf_checks=True).post("/login", GOOD).status_code
    assert status == 403, f"a form without a token was answered with {status}"


def test_cookies_stay_in_this_browser_and_on_https(owner: User) -> None:
    """If red, a session is read by a script, sent in the clear, or sent along by other sites."""
    response = Browser().post("/login", GOOD)
    assert set(response.cookies) >= {"sessionid", "csrftoken"}
    for name, cookie in response.cookies.items():
        assert cookie["secure"], f"{name} is sent over http"
        assert cookie["httponly"], f"{name} can be read by scripts"
        assert cookie["samesite"] in {"Lax", "Strict"}, f"{name} is sent along by other sites"
        assert not cookie["domain"], f"{name} is sent to every host of the domain"
