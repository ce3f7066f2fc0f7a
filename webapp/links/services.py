"""What people and programs do with links. Forms and API come through here, so that both keep the same rules."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Lower
from django.utils import timezone

from links import redirects, rules
from links.models import DailyClicks, Link
from ops import metrics

# With 57 ** 7 slugs a second collision in a row means that something else is wrong.
_GENERATION_ATTEMPTS = 5


class SlugTaken(Exception):
    """Another link has this slug already."""


class Changes(TypedDict, total=False):
    """What can be changed of a link; what is absent stays."""

    target: str
    enabled: bool
    expires_at: datetime | None


def create_link(
    owner: User, target: str, *, slug: str = "", expires_at: datetime | None = None, via: str = "api"
) -> Link:
    """Creates a link, with a generated slug where none is given.

    Args:
        via: the way it came, for metrics: ``api`` or ``ui``.

    Raises:
        ValidationError: a field breaks a rule.
        SlugTaken: the slug exists, in whatever process it was created a moment ago.
    """
    for _ in range(1 if slug else _GENERATION_ATTEMPTS):
        link = Link(owner=owner, target=target, slug=slug or rules.generate_slug(), expires_at=expires_at)
        _check(link, {"slug", "target", "expires_at"})
        if _inserted(link):
            metrics.LINKS_CREATED.labels(via).inc()
            # A slug that was looked up before it existed is remembered nowhere, but one deleted and made anew may be.
            redirects.forget(link.slug)
            return link
    raise SlugTaken(slug)


def change_link(link: Link, changes: Changes) -> Link:
    """Changes a link; every replica follows within five seconds.

    Raises:
        ValidationError: a field breaks a rule.
        Link.DoesNotExist: the link was deleted meanwhile.
    """
    for name, value in changes.items():
        setattr(link, name, value)
    _check(link, changes)
    link.updated_at = timezone.now()
    columns = {name: getattr(link, name) for name in (*changes, "updated_at")}
    if not Link.objects.filter(pk=link.pk).update(**columns):
        raise Link.DoesNotExist
    redirects.forget(link.slug)
    return link


def delete_link(link: Link) -> None:
    """Deletes a link with its counts."""
    link.delete()
    redirects.forget(link.slug)


def links_of(owner: User, search: str = "") -> QuerySet[Link]:
    """The owner's links, newest first, with `clicks`; those whose slug or target contains the search words."""
    links = Link.objects.filter(owner=owner).annotate(clicks=Sum("daily_clicks__count", default=0))
    # On MySQL `icontains` leaves case to the column's collation, which is exact for slugs.
    links = links.alias(lower_slug=Lower("slug"))
    for word in search.split():
        links = links.filter(Q(lower_slug__contains=word.lower()) | Q(target__icontains=word))
    return links.order_by("-created_at", "-id")


def clicks_by_day(link: Link, days: int) -> list[tuple[date, int]]:
    """Visits on each of the last `days` days (UTC), oldest first, today last; days without visits as zero."""
    today = timezone.now().date()
    first = today - timedelta(days=days - 1)
    counts = dict(DailyClicks.objects.filter(link=link, day__gte=first).values_list("day", "count"))
    return [(day, counts.get(day, 0)) for day in (first + timedelta(days=n) for n in range(days))]


def total_clicks(link: Link) -> int:
    return int(DailyClicks.objects.filter(link=link).aggregate(total=Sum("count", default=0))["total"])


def _check(link: Link, given: Collection[str]) -> None:
    # Only what is given: a link made under older rules, or expired by now, must still let itself be switched off.
    unasked = {field.name for field in Link._meta.fields} - set(given)  # noqa: SLF001  public in spite of its name
    problems: dict[str, Any] = {}
    try:
        # The database decides about uniqueness: looking first would still let two processes through.
        link.full_clean(exclude=unasked, validate_unique=False)
    except ValidationError as error:
        problems = error.error_dict
    if "expires_at" in given and link.expires_at and link.expires_at <= timezone.now():
        problems["expires_at"] = [ValidationError("The expiry must lie in the future.", code="expiry_past")]
    if problems:
        raise ValidationError(problems)


def _inserted(link: Link) -> bool:
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError:
        return False
    return True
