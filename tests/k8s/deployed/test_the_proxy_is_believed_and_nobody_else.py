"""Behind the ingress controller: whose address is it, which headers arrive, and where do redirects lead?"""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from testkit.wait import NotYet, until
from tests.k8s.support.release import Release
from tests.k8s.support.site import Owner, Site

# FAILED_AUTH_RATE of webapp/config/settings.py, and some more to be refused.
FAILURES_A_MINUTE, BEYOND = 10, 4

SPOOFED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
}


@pytest.fixture
def forgiven(release: Release) -> Iterator[None]:
    """Takes back what the test has spent of everybody's budget at this address."""
    yield
    if spent := release.redis("KEYS", "*failed-auth*").split():
        release.redis("DEL", *spent)


def test_a_client_cannot_write_its_own_address(site: Site, forgiven: None) -> None:
    """Red: whoever guesses passwords has a new budget with each made-up X-Forwarded-For."""
    statuses: Counter[int] = Counter()
    for n in range(FAILURES_A_MINUTE + BEYOND):
        headers = {"Authorization": "Bearer strata_wrong", "X-Forwarded-For": f"203.0.113.{n}, 198.51.100.{n}"}
        statuses[site.get("/api/v1/links", headers=headers).status_code] += 1
    assert statuses[429] >= BEYOND - 1, (
        f"{sum(statuses.values())} wrong keys, each from another made-up address, were answered {dict(statuses)};"
        f" only {FAILURES_A_MINUTE} a minute are allowed: see TRUSTED_PROXIES, and the controller's -forwarded-headers"
    )


def test_clients_are_told_apart_from_their_proxy(release: Release, site: Site, forgiven: None) -> None:
    """Red: everybody shares one budget, the ingress controller's, and one guesser locks all others out."""
    site.get("/api/v1/links", headers={"Authorization": "Bearer strata_wrong"})
    keys = release.redis("KEYS", "*failed-auth*").split()
    proxies = [pod["status"]["podIP"] for pod in release.kubectl.within("ingress").get("pods")]
    assert keys, "no failed attempt is counted in Redis"
    shared = [key for key in keys for proxy in proxies if f"/{proxy}/" in f"{key}/"]
    assert not shared, f"failed attempts are counted by the address of the ingress controller: {shared}"


def test_links_are_named_by_the_public_address(site: Site, resident: Owner) -> None:
    """Red: one forged header, and people are handed links to somebody else's host."""
    answer = site.post(
        "/api/v1/links", json={"target": "https://example.org/x"}, headers={**resident.headers, **SPOOFED}
    )
    assert answer.status_code == 201, f"{answer.status_code}: {answer.text}"
    short = answer.json()["short_url"]
    assert short.startswith("http://localhost:8080/"), f"PUBLIC_URL is http://localhost:8080; the link is {short}"


def test_redirects_stay_on_the_site(site: Site) -> None:
    """Red: signing in leads to an inner name, to https where there is none, or to whatever a header says."""
    answer = site.get("/links", headers=SPOOFED)
    location = answer.headers.get("Location", "")
    assert answer.status_code == 302, f"/links was answered with {answer.status_code} for somebody who is not signed in"
    assert location.startswith(("/login", "http://localhost:8080/login")), f"/links leads to {location}"


def test_security_headers_arrive(site: Site) -> None:
    """Red: the proxy strips what keeps other people's scripts and frames off the pages."""
    headers = site.get("/").headers
    wanted = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")
    missing = [name for name in wanted if name not in headers]
    assert not missing, f"the page came through the ingress without {', '.join(missing)}: {dict(headers)}"


def test_a_request_is_found_in_the_log_by_its_id(release: Release, site: Site) -> None:
    """Red: nobody can follow a complaint from the proxy's log to the app's."""
    identifier = "from-the-outside-4711"
    answer = site.get("/no-such-page-here", headers={"X-Request-ID": identifier})
    assert answer.headers.get("X-Request-ID") == identifier, f"the answer names another id: {dict(answer.headers)}"

    def logged() -> dict[str, object] | NotYet:
        lines = [line for pod in release.pods("web") for line in _log(release, pod["metadata"]["name"])]
        found = [line for line in lines if identifier in line]
        return json.loads(found[-1]) if found else NotYet(f"none of the last {len(lines)} lines has it")

    line = until(logged, 10, every=0.2, why=f"a log line with the request's id {identifier}")
    assert line["path"] == "/no-such-page-here", f"the line of the request is about something else: {line}"


def _log(release: Release, pod: str) -> list[str]:
    return release.kubectl.logs(pod, "web", tail=200).splitlines()
