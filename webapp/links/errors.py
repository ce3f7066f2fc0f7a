"""Django's error handlers. Their pages need no session and no database: they must work when those do not."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template import loader

from links.problems import problem
from ops import database


def bad_request(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django passes it by name
    return _page(400, "Bad request", "The address or its header was not understood.")


def forbidden(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django passes it by name
    return _page(403, "Refused", "You may not do this.")


def csrf_failed(_request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django passes it by name
    return _page(403, "Form expired", "Go back, reload the page and send the form again. Cookies must be allowed.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django passes it by name
    if _is_for_a_program(request):
        return problem(HTTPStatus.NOT_FOUND, "The API has nothing under this address; see /api/v1/docs.")
    return _page(404, "No such page", "Nothing is known under this address.")


def failed(request: HttpRequest) -> HttpResponse:
    """Whatever nobody caught: a database that is away is an outage that ends, everything else is our fault."""
    if isinstance(sys.exc_info()[1], (*database.AWAY, database.DatabaseAway)):
        response = _page(503, "Back in a moment", "The database does not answer just now. Try again in a few seconds.")
        response.headers["Retry-After"] = str(database.RETRY_AFTER)
        return response
    if _is_for_a_program(request):
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "This is our fault; the log has it under this request_id.")
    return _page(
        500, "Something broke", "This is our fault. It has been written to the log with the id of this request."
    )


def _is_for_a_program(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _page(status: int, title: str, text: str) -> HttpResponse:
    template = loader.get_template("message.html")
    return HttpResponse(template.render({"status": status, "title": title, "text": text}), status=status)
