"""Can a program create, read, list, change and delete its owner's links, and read their statistics?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from links import keys
from links.models import DailyClicks, Link
from tests.unit.support.clients import Browser, Program


@pytest.fixture
def program(owner: User) -> Program:
    return Program(keys.create_key(owner, "unit"))


def visit(slug: str) -> tuple[int, str | None]:
    """What a visitor of the short link is answered: the status, and where they are sent."""
    response = Browser().get(f"/{slug}")
    return response.status_code, response.headers.get("Location")


def test_creation_answers_with_the_link_and_where_it_is(program: Program) -> None:
    """If red, a program creates a link and does not learn its short address."""
    response = program.post("/links", {"target": "https://BÜCHER.example/ü", "slug": "Spring"})
    assert response.status_code == 201, response.content
    made = response.json()
    assert made["short_url"] == "https://go.example.org/Spring"
    assert (made["slug"], made["target"]) == ("Spring", "https://xn--bcher-kva.example/%C3%BC")
    assert (made["state"], made["enabled"], made["expires_at"]) == ("active", True, None)
    assert response.headers.get("Location") == "/api/v1/links/Spring", "Location does not say where the new link is"
    followed = program.get(response["Location"].removeprefix("/api/v1"))
    assert followed.json() == made, "the address in Location answers with something else than creation did"


def test_a_created_link_redirects(program: Program) -> None:
    """If red, the API says 201, and the short address answers 404."""
    made = program.post("/links", {"target": "https://example.org/there"}).json()
    assert visit(made["slug"]) == (302, "https://example.org/there")


@pytest.mark.parametrize("slug", [{}, {"slug": None}], ids=["absent", "null"])
def test_without_a_slug_one_is_made(program: Program, slug: dict[str, None]) -> None:
    """If red, programs that leave the slug out, or send null for it, get an error."""
    response = program.post("/links", {"target": "https://example.org/", **slug})
    assert response.status_code == 201, response.content
    assert len(response.json()["slug"]) == 7


@pytest.mark.parametrize(
    ("sent", "answered"),
    [("2030-06-01T12:00:00Z", "2030-06-01T12:00:00Z"), ("2030-06-01T14:00:00+02:00", "2030-06-01T12:00:00Z")],
)
def test_an_expiry_is_a_moment_wherever_it_was_written(
    program: Program, time_machine: Any, sent: str, answered: str
) -> None:
    """If red, a link made in Berlin ends two hours late."""
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    made = program.post("/links", {"target": "https://example.org/", "expires_at": sent})
    assert made.json()["expires_at"] == answered


@pytest.fixture
def many(make_link: Callable[..., Link]) -> list[str]:
    """25 links' slugs, newest first."""
    start = timezone.now() - timedelta(days=2)
    slugs = [make_link(f"link-{number:02}", created_at=start + timedelta(hours=number)).slug for number in range(25)]
    return slugs[::-1]


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, 0, 20),
        ({"limit": 10}, 0, 10),
        ({"limit": 10, "offset": 20}, 20, 25),
        ({"limit": 100}, 0, 25),
        ({"offset": 25}, 25, 25),
    ],
    ids=str,
)
def test_pages_follow_one_another(program: Program, many: list[str], query: Any, first: int, last: int) -> None:
    """If red, a program that reads page by page misses links or reads some twice."""
    page = program.get("/links", **query).json()
    assert page["total"] == 25
    assert [item["slug"] for item in page["items"]] == many[first:last]


def test_search_narrows_the_list_and_its_total(program: Program, many: list[str]) -> None:
    """If red, the total counts what the search left out, and programs ask for pages that do not exist."""
    page = program.get("/links", search="link-2", limit=2).json()
    assert (page["total"], [item["slug"] for item in page["items"]]) == (5, ["link-24", "link-23"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"enabled": False}, {"enabled": False, "state": "disabled"}),
        ({"target": "https://example.org/new"}, {"target": "https://example.org/new"}),
        ({"expires_at": None}, {"expires_at": None}),
    ],
    ids=str,
)
def test_a_change_touches_only_what_is_sent(
    program: Program, make_link: Callable[..., Link], change: dict[str, Any], expected: dict[str, Any]
) -> None:
    """If red, switching a link off also takes its expiry away, or resets its target."""
    make_link("spring", expires_at=timezone.now() + timedelta(days=1))
    before = program.get("/links/spring").json()
    response = program.patch("/links/spring", change)
    assert response.status_code == 200, response.content
    assert program.get("/links/spring").json() == response.json(), "the answer is not what was stored"
    assert response.json() == {**before, **expected, "updated_at": response.json()["updated_at"]}


def test_a_change_is_seen_by_the_next_visit(program: Program, make_link: Callable[..., Link]) -> None:
    """If red, a link switched off through the API goes on redirecting in the process that switched it off."""
    make_link("spring")
    assert visit("spring") == (302, "https://example.org/there")
    program.patch("/links/spring", {"enabled": False})
    assert visit("spring") == (410, None), "the link was switched off, and goes on redirecting"
    program.patch("/links/spring", {"enabled": True, "target": "https://example.org/new"})
    assert visit("spring") == (302, "https://example.org/new"), "visits are still sent to the old target"


def test_a_deleted_link_is_gone(program: Program, make_link: Callable[..., Link]) -> None:
    """If red, a deleted link goes on redirecting, or deleting it twice is an error of the server's."""
    make_link("spring")
    assert visit("spring") == (302, "https://example.org/there")
    response = program.delete("/links/spring")
    assert (response.status_code, response.content) == (204, b"")
    assert visit("spring") == (404, None), "the link was deleted, and goes on redirecting"
    assert program.delete("/links/spring").status_code == 404


def test_statistics_hold_each_day_and_the_total(
    program: Program, make_link: Callable[..., Link], time_machine: Any
) -> None:
    """If red, the numbers programs read differ from those on the page."""
    time_machine.move_to("2030-03-02T10:00:00Z", tick=False)
    link = make_link("spring")
    for day, count in {"2030-01-01": 9, "2030-03-01": 5, "2030-03-02": 7}.items():
        DailyClicks.objects.create(link=link, day=day, count=count)
    assert program.get("/links/spring/statistics", days=3).json() == {
        "slug": "spring",
        "total": 21,
        "days": [
            {"day": "2030-02-28", "clicks": 0},
            {"day": "2030-03-01", "clicks": 5},
            {"day": "2030-03-02", "clicks": 7},
        ],
    }
    assert len(program.get("/links/spring/statistics").json()["days"]) == 30


def test_slugs_are_told_apart_by_case(program: Program) -> None:
    """If red, the second of two links that differ in one capital letter is refused, or replaces the first."""
    for slug, target in (("aB", "https://example.org/1"), ("Ab", "https://example.org/2")):
        assert program.post("/links", {"slug": slug, "target": target}).status_code == 201
    assert program.get("/links/Ab").json()["target"] == "https://example.org/2"
    assert program.get("/links/ab").status_code == 404
