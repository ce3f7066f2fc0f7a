"""Django's admin, registered only where ADMIN_ENABLED installs it."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from links import redirects
from links.models import ApiKey, Link


@admin.register(Link)
class LinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    list_display = ("slug", "target", "owner", "enabled", "expires_at")
    list_filter = ("enabled",)
    search_fields = ("slug", "target")

    def save_model(self, request: HttpRequest, obj: Link, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(lambda: redirects.forget(obj.slug))

    def delete_model(self, request: HttpRequest, obj: Link) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(lambda: redirects.forget(obj.slug))


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    """Keys can be looked at and revoked here; made only by `manage.py create_api_key`, which shows them once."""

    list_display = ("name", "owner", "created_at", "revoked_at")
    fields = ("name", "owner", "revoked_at")
    readonly_fields = ("owner",)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False
