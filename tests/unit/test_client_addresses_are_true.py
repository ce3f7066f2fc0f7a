"""Is the client's address the one a trusted proxy vouches for, and never what the client says of itself?"""

from typing import Any

import pytest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from ops import clients

PROXIES = ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected", "why"),
    [
        ("192.0.2.1", None, "192.0.2.1", "no proxy at all"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1", "one proxy"),
        ("10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1", "two proxies"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1", "the client wrote the first entry itself"),
        ("10.0.0.1", "10.9.9.9, 192.0.2.1", "192.0.2.1", "the client wrote a trusted address"),
        ("10.0.0.1", "10.9.9.9", "10.9.9.9", "a request from inside"),
        ("10.0.0.1", " , ,192.0.2.1 , ", "192.0.2.1", "empty entries"),
        ("10.0.0.1", "192.0.2.1, nonsense", "nonsense", "an entry that is no address is trusted by nobody"),
        ("fd00::1", "2001:db8::5", "2001:db8::5", "IPv6"),
        ("", None, "", "a Unix socket"),
    ],
)
def test_behind_trusted_proxies(settings: Any, peer: str, forwarded: str | None, expected: str, why: str) -> None:
    """If red, rate limits hit the wrong client, or a header lifts them."""
    settings.TRUSTED_PROXIES = PROXIES
    meta = {"REMOTE_ADDR": peer, **({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})}
    assert clients.address(meta) == expected, why


SPOOFED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example.com",
    "Forwarded": "for=203.0.113.9",
}


def test_a_stranger_s_forwarding_headers_are_dropped(client: Client, db: None) -> None:
    """If red, X-Forwarded-Proto from anybody makes plain HTTP look like HTTPS, and any address pass for another."""
    response = client.get("/login", headers=SPOOFED, REMOTE_ADDR="192.0.2.1")
    assert response.status_code == 301, "a spoofed X-Forwarded-Proto was believed"
    request = RequestFactory().get("/", headers=SPOOFED, REMOTE_ADDR="192.0.2.1")
    clients.drop_untrusted_headers(request.META)
    left = [name for name in request.META if "FORWARD" in name]
    assert left == [], f"headers of a stranger survive: {left}"
    assert clients.address(request.META) == "192.0.2.1"


def test_a_trusted_proxy_is_believed(client: Client, db: None, settings: Any) -> None:
    """If red, the app behind its ingress redirects to HTTPS for ever."""
    settings.TRUSTED_PROXIES = PROXIES
    response = client.get("/login", headers={"X-Forwarded-Proto": "https"}, REMOTE_ADDR="10.0.0.1")
    assert response.status_code == 200
    assert client.get("/login", headers={"X-Forwarded-Proto": "http"}, REMOTE_ADDR="10.0.0.1").status_code == 301


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("not an address", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_limits_are_counted_by(address: str, key: str) -> None:
    """If red, IPv6 clients have as many budgets as addresses, or one of IPv4 has two."""
    assert clients.limit_key({"REMOTE_ADDR": address}) == key


@given(claims=st.lists(st.ip_addresses().map(str) | st.text(max_size=20), max_size=5))
def test_nothing_a_client_writes_changes_its_address(claims: list[str]) -> None:
    """If red, there is something to write into X-Forwarded-For (printed below) that lifts the rate limit."""
    meta = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": ", ".join(claims)}
    clients.drop_untrusted_headers(meta)
    assert clients.limit_key(meta) == "192.0.2.1"
