"""Do links keep their rules, whoever creates, changes and deletes them, and whoever does so at the same time?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from links import rules, services
from links.models import DailyClicks, Link
from tests.unit.support.measured import metric_value

NOW = datetime(2030, 1, 31, 12, 0, tzinfo=UTC)
TARGET = "https://example.org/there"


def wrong_fields(attempt: Callable[..., Link], *args: Any, **fields: Any) -> set[str]:
    """The fields for which an attempt that must fail is refused."""
    try:
        attempt(*args, **fields)
    except ValidationError as error:
        return set(error.message_dict)
    pytest.fail(f"{attempt.__name__} accepted {fields or args[-1]}")


def test_a_link_is_stored_as_it_was_asked_for(owner: User) -> None:
    """If red, the link that people print leads somewhere else, ends at another time, or belongs to another person."""
    until = timezone.now() + timedelta(days=7)
    made = services.create_link(owner, f" {TARGET} ", slug="Spring", expires_at=until, via="ui")
    stored = Link.objects.get()
    assert (stored.pk, stored.slug, stored.target, stored.owner) == (made.pk, "Spring", TARGET, owner)
    assert (stored.expires_at, stored.enabled, stored.state) == (until, True, "active")
    assert made.short_url == "https://go.example.org/Spring"


@pytest.mark.parametrize("via", ["api", "ui"])
def test_creations_are_counted_by_the_way_they_came(owner: User, via: str) -> None:
    """If red, the dashboard shows no creations, or failed tries as if they were links."""
    services.create_link(owner, TARGET, slug="one", via=via)
    with pytest.raises(services.SlugTaken):
        services.create_link(owner, TARGET, slug="one", via=via)
    counted = metric_value("strata_links_created_total", via=via)
    assert counted == 1, f"strata_links_created_total{{via={via!r}}} is {counted} after one creation and one failed try"


def test_slugs_that_differ_in_case_are_different_links(owner: User) -> None:
    """If red, a generated slug leads to the link of somebody whose slug differs in one capital letter."""
    for slug, target in (("aB", "https://example.org/1"), ("Ab", "https://example.org/2")):
        services.create_link(owner, target, slug=slug)
    found = dict(Link.objects.values_list("slug", "target"))
    assert found == {"aB": "https://example.org/1", "Ab": "https://example.org/2"}
    assert [link.target for link in Link.objects.filter(slug="Ab")] == ["https://example.org/2"]


def test_a_taken_slug_is_refused_and_nothing_else_breaks(owner: User) -> None:
    """If red, somebody else's link is replaced, or the request's next query fails because its transaction is broken."""
    services.create_link(owner, TARGET, slug="spring")
    rival = User.objects.create_user("bob")
    with pytest.raises(services.SlugTaken, match="spring"):
        services.create_link(rival, "https://example.org/other", slug="spring")
    assert Link.objects.get(slug="spring").target == TARGET


def test_a_generated_slug_that_is_taken_is_generated_again(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, creation fails for no reason that the person could see or do anything about."""
    fresh = iter(["taken22", "taken22", "fresh22"])
    services.create_link(owner, TARGET, slug="taken22")
    monkeypatch.setattr(rules, "generate_slug", lambda: next(fresh))
    assert services.create_link(owner, TARGET).slug == "fresh22"


def test_generation_gives_up_in_the_end(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, when every insert fails, creation tries for ever and holds its thread."""
    services.create_link(owner, TARGET, slug="taken22")
    tries = 0

    def unlucky() -> str:
        nonlocal tries
        tries += 1
        return "taken22"

    monkeypatch.setattr(rules, "generate_slug", unlucky)
    with pytest.raises(services.SlugTaken):
        services.create_link(owner, TARGET)
    assert tries < 20, f"{tries} slugs were tried for one link"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"target": "javascript:alert(1)"}, {"target"}),
        ({"target": ""}, {"target"}),
        ({"slug": "log in"}, {"slug"}),
        ({"slug": "LOGIN"}, {"slug"}),
        ({"expires_at": NOW}, {"expires_at"}),
        ({"expires_at": NOW - timedelta(days=1)}, {"expires_at"}),
        ({"slug": "login", "target": "ftp://example.org/", "expires_at": NOW}, {"slug", "target", "expires_at"}),
    ],
    ids=lambda given: "+".join(sorted(given)),
)
def test_creation_names_every_wrong_field(
    owner: User, time_machine: Any, fields: dict[str, Any], wrong: set[str]
) -> None:
    """If red, a bad link is stored, or people are told of their mistakes one at a time."""
    time_machine.move_to(NOW, tick=False)
    asked = {"target": TARGET, "slug": "spring", **fields}
    assert wrong_fields(services.create_link, owner, **asked) == wrong
    assert not Link.objects.exists(), "a link was stored in spite of the error"


def test_the_next_moment_is_a_good_expiry(owner: User, time_machine: Any) -> None:
    """If red, an off-by-one refuses what lies in the future."""
    time_machine.move_to(NOW, tick=False)
    link = services.create_link(owner, TARGET, expires_at=NOW + timedelta(microseconds=1))
    assert link.state == "active"


def test_a_change_touches_only_what_it_names(make_link: Callable[..., Link]) -> None:
    """If red, two people who change different things of a link at the same time undo each other's change."""
    made = make_link("spring")
    first, second = Link.objects.get(pk=made.pk), Link.objects.get(pk=made.pk)
    services.change_link(first, {"target": "https://example.org/new"})
    services.change_link(second, {"enabled": False})
    made.refresh_from_db()
    assert made.target == "https://example.org/new", "the second change undid the first one's target"
    assert not made.enabled, "the second change was not stored"


def test_a_change_is_dated(make_link: Callable[..., Link], time_machine: Any) -> None:
    """If red, `updated_at` says that nothing happened since the link was made, or differs between answer and table."""
    made = make_link("spring")
    later = timezone.now() + timedelta(hours=1)
    time_machine.move_to(later, tick=False)
    answered = services.change_link(made, {"target": "https://BÜCHER.example/"})
    stored = Link.objects.get(pk=made.pk)
    assert answered.updated_at == stored.updated_at == later
    assert answered.target == stored.target == "https://xn--bcher-kva.example/"


@pytest.mark.parametrize("changes", [{"target": "javascript:alert(1)"}, {"expires_at": NOW}], ids="+".join)
def test_a_bad_change_leaves_the_link_alone(make_link: Callable[..., Link], time_machine: Any, changes: Any) -> None:
    """If red, what creation refuses gets in through a change."""
    made = make_link("spring", target=TARGET)
    time_machine.move_to(NOW, tick=False)
    assert wrong_fields(services.change_link, made, changes) == set(changes)
    made.refresh_from_db()
    assert (made.target, made.expires_at) == (TARGET, None)


def test_an_expired_link_can_be_changed_without_a_new_expiry(make_link: Callable[..., Link]) -> None:
    """If red, once a link has expired, nobody can correct or switch it off any more."""
    over = timezone.now() - timedelta(days=1)
    made = make_link("spring", expires_at=over)
    services.change_link(made, {"target": "https://example.org/new", "enabled": False})
    made.refresh_from_db()
    assert (made.target, made.enabled, made.expires_at) == ("https://example.org/new", False, over)
    services.change_link(made, {"expires_at": None})
    made.refresh_from_db()
    assert made.expires_at is None, "the expiry could not be taken away"


@pytest.mark.parametrize(("slug", "target"), [("status", TARGET), ("old", "https://go.example.org/spring")])
def test_a_link_older_than_a_rule_can_be_switched_off(make_link: Callable[..., Link], slug: str, target: str) -> None:
    """If red, after a word became reserved, or a host our own, the links that break the new rule cannot be stopped."""
    made = make_link(slug, target=target)
    services.change_link(made, {"enabled": False})
    made.refresh_from_db()
    assert not made.enabled


def test_changing_a_link_that_was_deleted_meanwhile_says_so(make_link: Callable[..., Link]) -> None:
    """If red, a deleted link comes back, or the person is told that a link was saved which is not there."""
    made = make_link("spring")
    Link.objects.filter(pk=made.pk).delete()
    with pytest.raises(Link.DoesNotExist):
        services.change_link(made, {"enabled": False})
    assert not Link.objects.exists()


def test_deletion_takes_the_counts_along_and_frees_the_slug(owner: User, make_link: Callable[..., Link]) -> None:
    """If red, a new link starts with the visits of an old one."""
    made = make_link("spring")
    DailyClicks.objects.create(link=made, day=NOW.date(), count=7)
    services.delete_link(made)
    again = services.create_link(owner, TARGET, slug="spring")
    assert services.total_clicks(again) == 0
    assert not DailyClicks.objects.exists()
