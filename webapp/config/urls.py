from typing import Any

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from links import errors, pages, rules
from links.api import api

_SLUG = rf"(?P<slug>{rules.SLUG_PATTERN})"


def _admin() -> list[Any]:
    if not settings.ADMIN_ENABLED:
        return []
    from django.contrib import admin  # noqa: PLC0415  importing it needs its app to be installed

    return [path("admin/", admin.site.urls)]


urlpatterns = [
    path("", pages.home, name="home"),
    path("login", pages.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("links", pages.links, name="links"),
    re_path(rf"^links/{_SLUG}$", pages.link, name="link"),
    re_path(rf"^links/{_SLUG}/delete$", pages.delete, name="delete"),
    path("api/v1/", api.urls),
    *_admin(),
    re_path(rf"^{_SLUG}\+$", pages.preview, name="preview"),
    re_path(rf"^{_SLUG}/qr\.svg$", pages.qr, name="qr"),
    re_path(rf"^{_SLUG}$", pages.visit, name="visit"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed
