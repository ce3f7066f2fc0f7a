"""Is every target that gets through a web address that can be put into a Location header and leads away from here?"""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from hypothesis import example, given
from hypothesis import strategies as st

from links import rules

OWN_HOST = "go.example.org"
LOOK_ALIKES = {"g": "gGｇⓖＧ", "o": "oOｏⓞº", "e": "eEｅⓔ", ".": ".。．｡"}

labels = st.from_regex(r"[a-z0-9]([a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
hosts = st.builds("{}.{}".format, labels, st.sampled_from(["com", "org", "museum", "xn--p1ai"]))
printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='\\"<>^`{|}'), max_size=60)
foreign = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
addresses = st.builds(
    "{}://{}{}{}".format, st.sampled_from(["http", "https", "HTTPS"]), hosts | foreign, st.just("/"), foreign
)


def accepted(target: str) -> str | None:
    """The target as it would be stored; None where it is refused."""
    normalised = rules.normalise_target(target)
    try:
        rules.validate_target(normalised)
    except ValidationError:
        return None
    return normalised


def refusal(target: str) -> str:
    """What is said about a target that must be refused."""
    normalised = rules.normalise_target(target)
    try:
        rules.validate_target(normalised)
    except ValidationError as error:
        return str(error.messages[0])
    pytest.fail(f"{target[:80]!r} was accepted as {normalised[:80]!r}")


@given(st.one_of(addresses, foreign))
@example("https://bücher.example/ü?q=ß#Ö")
@example("https://BÜCHER.example:8443/")
@example("https://" + "é" * 62 + ".org/")
@example("https://example.org/a\r\nSet-Cookie: stolen=1")
@example("https://user@example.org/")
@example("http:///nowhere")
def test_whatever_is_accepted_is_safe_in_a_location_header(target: str) -> None:
    """If red, a visitor is sent to a script, to nowhere, or gets headers that whoever made the link has written."""
    stored = accepted(target)
    if stored is None:
        return
    parts = urlsplit(stored)
    assert parts.scheme in {"http", "https"}, f"{stored!r} has the scheme {parts.scheme!r}"
    assert parts.hostname, f"{stored!r} has no host"
    assert "@" not in parts.netloc, f"{stored!r} carries credentials"
    assert stored.isascii(), f"{stored!r} is not ASCII: servers would send it mangled"
    assert stored.isprintable(), f"{stored!r} holds control characters"
    assert " " not in stored, f"{stored!r} holds a space"
    assert len(stored) <= 2048, f"a target of {len(stored)} characters was accepted"
    sent = HttpResponse(status=302, headers={"Location": stored}).headers["Location"]
    assert sent == stored, f"the header says {sent!r} for the target {stored!r}"
    assert rules.normalise_target(stored) == stored, f"saving {stored!r} again would change it"


@given(st.sampled_from(["http", "https"]), hosts, printable)
def test_ordinary_addresses_are_stored_as_they_are(scheme: str, host: str, rest: str) -> None:
    """If red, good addresses are refused, or lead somewhere else than they were meant to."""
    target = f"{scheme}://{host}/{rest}"
    assert accepted(target) == target, f"{target!r} was refused or changed"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  https://example.org/  ", "https://example.org/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/Ü", "https://xn--bcher-kva.example/%C3%9C"),
        ("https://bücher.example:8443/", "https://xn--bcher-kva.example:8443/"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/👩‍🚀", "https://example.org/%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80"),
        ("https://example.org/100%25", "https://example.org/100%25"),
        ("http://192.0.2.7:8080/x", "http://192.0.2.7:8080/x"),
        ("http://[2001:db8::7]/x", "http://[2001:db8::7]/x"),
    ],
)
def test_addresses_are_stored_as_ascii(typed: str, stored: str) -> None:
    """If red, addresses in people's own alphabets are refused, or break on their way through the header."""
    assert accepted(typed) == stored


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("javascript:alert(1)", "must start with http:// or https://"),
        ("JaVaScRiPt://example.org/%0aalert(1)", "must start with http:// or https://"),
        ("data:text/html,<script>alert(1)</script>", "must start with http:// or https://"),
        ("ftp://example.org/", "must start with http:// or https://"),
        ("file:///etc/passwd", "must start with http:// or https://"),
        ("//example.org/", "must start with http:// or https://"),
        ("example.org", "must start with http:// or https://"),
        ("", "must start with http:// or https://"),
        ("https://ada:secret@example.org/", "must not carry a user name or password"),
        ("https://example.com@evil.example/", "must not carry a user name or password"),
        ("https://example.org/a\r\nSet-Cookie: a=b", "must not contain control characters"),
        ("https://example.org/\x00", "must not contain control characters"),
        ("https://exam\tple.org/", "must not contain control characters"),
        ("java\nscript:alert(1)", "must not contain control characters"),
        ("https://example.org/\x7f", "must not contain control characters"),
        ("https://example.org/\x9b", "must not contain control characters"),
        ("https://" + "é" * 62 + ".org/", "is not a valid web address"),
        ("https://[::1", "is not a valid web address"),
        ("https://", "is not a valid web address"),
        ("https:///path", "is not a valid web address"),
        ("https://nodots/", "is not a valid web address"),
        ("https://example.org\\@evil.example", "must not carry a user name or password"),
        ("https://-bad-.org/", "is not a valid web address"),
    ],
    ids=ascii,
)
def test_what_is_no_plain_web_address_is_refused(target: str, said: str) -> None:
    """If red, a short link on our name runs a script, hides where it leads, or leads nowhere."""
    assert said in refusal(target)


def test_2048_characters_fit_and_no_more() -> None:
    """If red, long addresses are cut or refused, or one of any length fills the table."""
    longest = "https://example.org/" + "x" * (2048 - len("https://example.org/"))
    assert accepted(longest) == longest, "a target of 2,048 characters was refused"
    assert "2049 characters" in refusal(longest + "x")
    assert "5000 characters" in refusal(longest + "x" * (5000 - 2048))


def test_what_grows_when_encoded_is_measured_as_stored() -> None:
    """If red, an address that is short on the screen is too long for the column, and saving it breaks."""
    assert "at most 2,048 fit" in refusal("https://example.org/" + "ü" * 1_000)


@given(
    st.data(),
    st.sampled_from(["", ":443", ":8080"]),
    st.sampled_from(["", ".", "。"]),
    st.sampled_from(["", "/", "/x?y#z"]),
)
def test_own_host_is_refused_however_it_is_spelled(data: st.DataObject, port: str, dot: str, rest: str) -> None:
    """If red, two links that point at each other send a visitor round in circles."""
    host = "".join(data.draw(st.sampled_from(LOOK_ALIKES.get(letter, letter))) for letter in OWN_HOST)
    refusal(f"https://{host}{dot}{port}{rest}")


@pytest.mark.parametrize(
    "host",
    ["go.example.org", "GO.Example.ORG", "go.example.org.", "go.example.org:8443", "ｇｏ.example.org"],
    ids=ascii,
)
def test_own_host_is_named_as_the_reason(host: str) -> None:
    """If red, people are told that an address that works in their browser is not a valid one."""
    assert "must not be a link of this shortener itself" in refusal(f"http://{host}/spring")


@pytest.mark.parametrize(
    ("own", "target"),
    [
        ("xn--bcher-kva.example", "https://bücher.example/x"),
        ("xn--bcher-kva.example", "https://BÜCHER.EXAMPLE/x"),
        (".example.net", "https://example.net/x"),
        (".example.net", "https://deep.down.example.net/x"),
        ("Links.Example.net", "https://links.example.NET/x"),
    ],
    ids=ascii,
)
def test_every_name_of_ours_is_refused(own: str, target: str, settings: Any) -> None:
    """If red, the shortener's second name is a way around the rule."""
    settings.ALLOWED_HOSTS = [OWN_HOST, own]
    assert "must not be a link of this shortener itself" in refusal(target)


def test_neighbours_of_our_name_are_no_names_of_ours(settings: Any) -> None:
    """If red, links to other sites of the same company are refused."""
    settings.ALLOWED_HOSTS = [OWN_HOST, "*"]
    for target in ("https://example.org/", "https://ago.example.org/", "https://go.example.org.evil.example/"):
        assert accepted(target) == target, f"{target} was refused"
