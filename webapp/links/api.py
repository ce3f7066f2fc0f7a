"""The JSON API under /api/v1, its documentation at /api/v1/docs."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Query, Schema, Status, Swagger
from ninja.openapi.docs import ABS_TPL_PATH
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, StrictBool
from pydantic_core import PydanticCustomError

from links import problems, rules, services
from links.keys import find_key
from links.models import ApiKey, Link
from links.problems import Problem, TooManyRequests
from ops import clients, limits

LONGEST_STATISTICS = 366


class KeyAuth(HttpBearer):
    """An API key as bearer token. Who tried too many wrong ones is not even looked up."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        who = clients.limit_key(request.META)
        verdict = limits.FAILED_AUTH.check(who)
        if not verdict.allowed:
            raise TooManyRequests(verdict)
        key = find_key(token)
        if key is None:
            limits.FAILED_AUTH.hit(who)
        return key


def _as_text(value: object) -> object:
    """Refuses numbers: pydantic would take them for seconds since 1970, and the schema promises a date and time."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise PydanticCustomError("moment", "Give a date and time such as 2030-01-31T12:00:00Z.")
    return value


def _within_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", "The time must lie in the years 1 to 9999 in UTC.") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_as_text), AfterValidator(_within_utc)]


class LinkIn(Schema):
    model_config = ConfigDict(extra="forbid")
    target: Annotated[str, Field(min_length=1, max_length=rules.TARGET_MAX, examples=["https://example.org/"])]
    slug: Annotated[str, Field(pattern=f"^{rules.SLUG_PATTERN}$", examples=["spring-sale"])] | None = None
    expires_at: Moment | None = None


class LinkChange(Schema):
    model_config = ConfigDict(extra="forbid")
    target: Annotated[str, Field(min_length=1, max_length=rules.TARGET_MAX)] = ""
    enabled: StrictBool = True
    expires_at: Moment | None = None


class LinkOut(Schema):
    slug: str
    short_url: str
    target: str
    state: str
    enabled: bool
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime


class LinkPage(Schema):
    total: int
    items: list[LinkOut]


class DayOut(Schema):
    day: date
    clicks: int


class StatisticsOut(Schema):
    slug: str
    total: int
    days: list[DayOut]


class OwnSwagger(Swagger):
    """The documentation's page, with scripts from here: Ninja takes them from a CDN unless it is an installed app."""

    template_cdn = str(ABS_TPL_PATH / Path(Swagger.template).name)


class StrataAPI(NinjaAPI):
    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """The schema, with errors described under the media type they are sent with."""
        schema = super().get_openapi_schema(*args, **kwargs)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST and "content" in response:
                        response["content"] = {problems.MEDIA_TYPE: response["content"]["application/json"]}
        return schema


api = StrataAPI(
    title="Strata", version="1", description="Short links, made and measured.", docs=OwnSwagger(), auth=KeyAuth()
)
problems.handle_errors(api)

_COMMON = {400: Problem, 401: Problem, 422: Problem, 429: Problem, 503: Problem}
_ONE = {**_COMMON, 404: Problem}


@api.post("/links", response={201: LinkOut, 409: Problem, **_COMMON}, summary="Create a link")
def create_link(request: HttpRequest, response: HttpResponse, payload: LinkIn) -> Status[Link]:
    key = _key(request)
    verdict = limits.CREATION.hit(f"key:{key.pk}")
    if not verdict.allowed:
        raise TooManyRequests(verdict)
    for name, value in verdict.headers().items():
        response.headers[name] = value
    link = services.create_link(
        key.owner, payload.target, slug=payload.slug or "", expires_at=payload.expires_at, via="api"
    )
    response.headers["Location"] = f"{request.path}/{link.slug}"
    return Status(201, link)


@api.get("/links", response={200: LinkPage, **_COMMON}, summary="List your links, newest first")
def list_links(
    request: HttpRequest,
    search: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    links = services.links_of(_key(request).owner, search)
    return {"total": links.count(), "items": list(links[offset : offset + limit])}


@api.get("/links/{slug}", response={200: LinkOut, **_ONE}, summary="Read a link")
def read_link(request: HttpRequest, slug: str) -> Link:
    return _own_link(request, slug)


@api.patch("/links/{slug}", response={200: LinkOut, **_ONE}, summary="Change a link")
def change_link(request: HttpRequest, slug: str, payload: LinkChange) -> Link:
    changes = cast("services.Changes", payload.dict(exclude_unset=True))
    try:
        return services.change_link(_own_link(request, slug), changes)
    except Link.DoesNotExist as error:
        raise Http404 from error


@api.delete("/links/{slug}", response={204: None, **_ONE}, summary="Delete a link with its statistics")
def delete_link(request: HttpRequest, slug: str) -> Status[None]:
    services.delete_link(_own_link(request, slug))
    return Status(204, None)


@api.get("/links/{slug}/statistics", response={200: StatisticsOut, **_ONE}, summary="Visits a day")
def statistics(
    request: HttpRequest, slug: str, days: Annotated[int, Query(ge=1, le=LONGEST_STATISTICS)] = 30
) -> dict[str, Any]:
    link = _own_link(request, slug)
    by_day = [{"day": day, "clicks": clicks} for day, clicks in services.clicks_by_day(link, days)]
    return {"slug": link.slug, "total": services.total_clicks(link), "days": by_day}


def _key(request: HttpRequest) -> ApiKey:
    return cast("ApiKey", request.auth)  # type: ignore[attr-defined]


def _own_link(request: HttpRequest, slug: str) -> Link:
    """The caller's link. Somebody else's is as missing as one that never was, so that slugs cannot be probed."""
    link = Link.objects.filter(owner=_key(request).owner, slug=slug).first()
    if link is None:
        raise Http404
    return link
