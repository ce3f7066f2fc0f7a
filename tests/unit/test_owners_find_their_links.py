"""Does an owner find their links, all of them, and nobody else's?"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from links import services
from links.models import DailyClicks, Link


@pytest.fixture
def links(make_link: Callable[..., Link]) -> None:
    """Four links of the owner's, made an hour apart, and one of somebody else's."""
    start = timezone.now() - timedelta(hours=9)
    targets = {
        "Spring-Sale": "https://shop.example.org/offers",
        "autumn": "https://shop.example.org/spring-left-overs",
        "docs-2030": "https://example.org/manual?chapter=100%25",
        "x_y": "https://example.org/underscore",
    }
    for hours, (slug, target) in enumerate(targets.items()):
        make_link(slug, target, created_at=start + timedelta(hours=hours))
    Link.objects.create(owner=User.objects.create_user("bob"), slug="spring", target="https://example.org/")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["x_y", "docs-2030", "autumn", "Spring-Sale"]),
        ("   ", ["x_y", "docs-2030", "autumn", "Spring-Sale"]),
        ("spring", ["autumn", "Spring-Sale"]),
        ("SPRING sale", ["Spring-Sale"]),
        ("offers spring", ["Spring-Sale"]),
        ("shop", ["autumn", "Spring-Sale"]),
        ("100%", ["docs-2030"]),
        ("_", ["x_y"]),
        ("nothing", []),
    ],
)
def test_search_finds_every_word_in_slug_or_target(owner: User, links: None, search: str, found: list[str]) -> None:
    """If red, people do not find their link again, or see links that are none of their business."""
    assert [link.slug for link in services.links_of(owner, search)] == found


def test_visits_are_summed_over_all_days(owner: User, links: None) -> None:
    """If red, the list shows the visits of one day, or multiplies them by the number of days or search words."""
    link = Link.objects.get(slug="Spring-Sale")
    for day in range(1, 4):
        DailyClicks.objects.create(link=link, day=date(2030, 1, day), count=day * 10)
    clicks = {link.slug: link.clicks for link in services.links_of(owner, "spring shop")}  # type: ignore[attr-defined]
    assert clicks == {"Spring-Sale": 60, "autumn": 0}


def test_links_made_at_the_same_moment_keep_their_order(owner: User, make_link: Callable[..., Link]) -> None:
    """If red, with equal times the order is left to chance, and paging shows some links twice and others never."""
    moment = timezone.now()
    made = [make_link(f"link-{number}", created_at=moment).slug for number in range(9)]
    paged = [link.slug for start in range(0, 9, 3) for link in services.links_of(owner)[start : start + 3]]
    assert paged == made[::-1]
