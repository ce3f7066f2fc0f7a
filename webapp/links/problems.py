"""Errors of the API as problem documents (RFC 9457): one shape, whatever went wrong."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as MalformedRequest

from links.services import SlugTaken
from ops import database
from ops.limits import Verdict
from ops.logs import request_id

MEDIA_TYPE = "application/problem+json"


class FieldError(Schema):
    field: str
    message: str


class Problem(Schema):
    """A problem document. `type` is left out: the status says all there is to tell a program."""

    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError]


class TooManyRequests(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.name)
        self.verdict = verdict


def problem(
    status: HTTPStatus, detail: str, errors: list[dict[str, str]] | None = None, headers: dict[str, str] | None = None
) -> HttpResponse:
    body = {"title": status.phrase, "status": status.value, "detail": detail, "request_id": request_id.get()}
    return JsonResponse({**body, "errors": errors or []}, status=status, content_type=MEDIA_TYPE, headers=headers)


def _malformed(_request: HttpRequest, error: MalformedRequest) -> HttpResponse:
    errors = [{"field": str(item["loc"][-1]), "message": item["msg"]} for item in error.errors]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The request does not fit the schema.", errors)


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": name, "message": text} for name, texts in error.message_dict.items() for text in texts]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join(item["message"] for item in errors), errors)


def _taken(_request: HttpRequest, error: SlugTaken) -> HttpResponse:
    return problem(HTTPStatus.CONFLICT, f"The slug “{error}” is taken; choose another one.")


def _unauthorized(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    detail = "Send a valid API key in the header: Authorization: Bearer KEY"
    return problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})


def _limited(_request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    detail = f"Too many requests; try again in {error.verdict.reset} seconds."
    return problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=error.verdict.headers())


def _missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, "You have no link with this slug.")


def _other(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(HTTPStatus(error.status_code), error.message)


def _away(_request: HttpRequest, _error: Exception) -> HttpResponse:
    headers = {"Retry-After": str(database.RETRY_AFTER)}
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "The database is away; try again shortly.", headers=headers)


_HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    MalformedRequest: _malformed,
    ValidationError: _invalid,
    SlugTaken: _taken,
    AuthenticationError: _unauthorized,
    TooManyRequests: _limited,
    Http404: _missing,
    HttpError: _other,
    **dict.fromkeys(database.AWAY, _away),
}


def handle_errors(api: NinjaAPI) -> None:
    """Teaches the API to answer every exception that its views may raise."""
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)
