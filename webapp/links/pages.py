"""The pages people see. Server-rendered; everything essential works without JavaScript."""

from io import BytesIO
from typing import Any, cast
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from links import charts, services
from links.forms import ChangeForm, LinkForm
from links.models import Link
from links.redirects import Visit
from ops import clients, database, limits

LINKS_A_PAGE = 20
DAYS_IN_CHART = 30

_SAYINGS = {
    "unknown": (404, "No such link", "Nothing is known under this address. Check it letter by letter: case matters."),
    "disabled": (410, "Switched off", "The owner of this link has switched it off."),
    "expired": (410, "Expired", "This link was made for a limited time, which is over."),
    "unavailable": (503, "Back in a moment", "The link could not be looked up just now. Try again in a few seconds."),
}


def site(_request: HttpRequest) -> dict[str, Any]:
    """Context processor: what every page needs."""
    return {"public_host": urlsplit(settings.PUBLIC_URL).netloc, "admin_enabled": settings.ADMIN_ENABLED}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("links") if request.user.is_authenticated else render(request, "home.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest) -> HttpResponse:
    """The owner's links, and the form that makes one."""
    form = LinkForm(request.POST or None)
    status = 200
    if request.method == "POST":
        verdict = limits.CREATION.hit(f"address:{clients.limit_key(request.META)}")
        if not verdict.allowed:
            return too_many(request, verdict)
        if link := _create(request, form):
            messages.success(request, f"{link.short_url} is ready.")
            return redirect("link", link.slug)
        status = 422
    search = request.GET.get("search", "").strip()[:200]
    page = Paginator(services.links_of(_user(request), search), LINKS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "links.html", {"form": form, "page": page, "search": search}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """One link: its chart, its QR code, and the form that changes it."""
    found = _own_link(request, slug)
    initial = {"target": found.target, "expires_at": found.expires_at, "enabled": found.enabled}
    form = ChangeForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        if _change(found, form):
            messages.success(request, "Saved. It holds everywhere within 5 seconds.")
            return redirect("link", slug)
        found.refresh_from_db()
        status = 422
    by_day = services.clicks_by_day(found, DAYS_IN_CHART)
    context = {"link": found, "form": form, "chart": charts.bars(by_day), "total": services.total_clicks(found)}
    return render(request, "link.html", context, status=status)


@login_required
@require_POST
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    services.delete_link(_own_link(request, slug))
    messages.success(request, f"{slug} is deleted.")
    return redirect("links")


@require_safe
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a link leads, without going there."""
    found = Link.objects.filter(slug=slug).first()
    if found is None or found.state != "active":
        return _not_followed(request, found.state if found else "unknown")
    return render(request, "preview.html", {"link": found})


@require_safe
@cache_control(public=True, max_age=86_400)
def qr(_request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Link, slug=slug)
    drawing = BytesIO()
    # With a ground of its own: dark modules on a dark page are read by no camera.
    segno.make(found.short_url, micro=False).save(drawing, kind="svg", scale=8, light="white")
    return HttpResponse(drawing.getvalue(), content_type="image/svg+xml")


@require_safe
def visit(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001  the middleware has looked it up
    """Says why a visit was not redirected; the others never come this far."""
    outcome: Visit = getattr(request, "visit", Visit("unknown"))
    return _not_followed(request, outcome.outcome)


class Login(LoginView):
    """Django's login, with a limit on failed tries."""

    template_name = "login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verdict = limits.FAILED_AUTH.check(clients.limit_key(request.META))
        return super().post(request, *args, **kwargs) if verdict.allowed else too_many(request, verdict)

    def form_invalid(self, form: Form) -> HttpResponse:
        limits.FAILED_AUTH.hit(clients.limit_key(self.request.META))
        return self.render_to_response(self.get_context_data(form=form), status=422)


def too_many(request: HttpRequest, verdict: limits.Verdict) -> HttpResponse:
    text = f"That was a little too much at once. Try again in {verdict.reset} seconds."
    return _message(request, 429, "Slow down", text, verdict.headers())


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # every caller is behind login_required


def _own_link(request: HttpRequest, slug: str) -> Link:
    return get_object_or_404(Link, owner=_user(request), slug=slug)


def _create(request: HttpRequest, form: LinkForm) -> Link | None:
    if not form.is_valid():
        return None
    try:
        return services.create_link(_user(request), **form.cleaned_data, via="ui")
    except ValidationError as error:
        form.add_error(None, error)
    except services.SlugTaken:
        form.add_error("slug", "This slug is taken; choose another one.")
    return None


def _change(found: Link, form: ChangeForm) -> bool:
    if not form.is_valid():
        return False
    # An expiry that is over may stay: only a new one has to lie in the future.
    changes = {name: form.cleaned_data[name] for name in form.changed_data}
    try:
        services.change_link(found, changes)  # type: ignore[arg-type]
    except ValidationError as error:
        form.add_error(None, error)
        return False
    except Link.DoesNotExist as error:
        raise Http404 from error
    return True


def _not_followed(request: HttpRequest, outcome: str) -> HttpResponse:
    status, title, text = _SAYINGS[outcome]
    headers = {"Retry-After": str(database.RETRY_AFTER)} if status == 503 else {}
    return _message(request, status, title, text, headers)


def _message(
    request: HttpRequest, status: int, title: str, text: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    response = render(request, "message.html", {"status": status, "title": title, "text": text}, status=status)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response
