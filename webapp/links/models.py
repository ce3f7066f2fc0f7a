"""Five tables: links, the keys that may change them, and the three stages of a click."""

import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from links import rules


class SlugColumn(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A slug, compared letter by letter. MySQL's default collation would take ``aB`` and ``Ab`` for the same link."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters


class Link(models.Model):
    """A short name for a target."""

    slug = SlugColumn(max_length=rules.SLUG_MAX, unique=True, validators=[rules.validate_slug])
    target = models.TextField(max_length=rules.TARGET_MAX, validators=[rules.validate_target])
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="links")
    enabled = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["owner", "-created_at"], name="links_by_owner"),)

    def __str__(self) -> str:
        return str(self.slug)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Normalises the target before it is judged, whichever way it came."""
        if "target" not in (exclude or ()):
            self.target = rules.normalise_target(self.target)
        super().clean_fields(exclude)

    @property
    def short_url(self) -> str:
        return f"{settings.PUBLIC_URL}/{self.slug}"

    @property
    def state(self) -> str:
        """``active``, ``disabled`` or ``expired``. A link has expired from the very moment ``expires_at`` on."""
        if not self.enabled:
            return "disabled"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "active"


class ApiKey(models.Model):
    """A key to the API. Only its digest is stored, so a copy of the table opens nothing."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Hit(models.Model):
    """One visit, appended while Redis is away or absent. No foreign key: a visit must not wait for a link's lock."""

    link_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)


class DailyClicks(models.Model):
    """Visits of a link on a day (UTC). All that is kept of a visit: who it was is never written down."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="daily_clicks")
    day = models.DateField()
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["link", "day"], name="one_count_a_day"),)


class AppliedBatch(models.Model):
    """The mark that a batch from Redis is in the counts; written in the transaction that adds them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    applied_at = models.DateTimeField(default=timezone.now)
