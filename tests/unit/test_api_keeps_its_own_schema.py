"""Does the API do what its own OpenAPI document says, whatever is sent to it?"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from django.contrib.auth.models import User
from hypothesis import HealthCheck, settings

from config.wsgi import application
from links import keys, rules
from links.models import Link

# The layer has 30 s for everything. 400 examples an operation have been green; these find what a change breaks.
EXAMPLES = 15
KNOWN = "known-link"
QUERY = {"search", "limit", "offset", "days"}

# 422 is an answer to valid data, too: no JSON schema can say “in the future” or “not this shortener itself”.
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "404", "409", "422", "429"]}}}


def over_https(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The production entry, reached as it is in production: over https, under a host of its own."""
    return application({**environ, "wsgi.url_scheme": "https", "HTTP_HOST": "go.example.org"}, start_response)


schema = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", over_https, config=schemathesis.Config.from_dict(CONFIG)
)


@schema.hook
def map_path_parameters(_context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Half of the requests ask for a link that exists; chance alone would never find it."""
    if path_parameters and len(str(path_parameters["slug"])) % 2:
        return {**path_parameters, "slug": KNOWN}
    return path_parameters


@schema.hook
def map_body(_context: Any, body: Any) -> Any:
    """Turns texts into web addresses; chance alone would hardly ever make one."""
    target = body.get("target") if isinstance(body, dict) else None
    if not isinstance(target, str) or not 1 <= len(target) <= rules.TARGET_MAX:
        return body
    address = "https://example.com/" + quote(target, errors="replace")
    return {**body, "target": address[: rules.TARGET_MAX]}


@schema.hook
def filter_query(_context: Any, query: dict[str, Any] | None) -> bool:
    """Leaves out parameters that the schema does not know: as everywhere on the web, they are ignored, not refused."""
    return set(query or ()) <= QUERY


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_documented(case: Any) -> None:
    """If red, clients generated from the document break, or bad data gets through, or gets a 500."""
    owner, _ = User.objects.get_or_create(username="ada")
    Link.objects.get_or_create(owner=owner, slug=KNOWN, defaults={"target": "https://example.com/"})
    case.call_and_validate(headers={"Authorization": f"Bearer {keys.create_key(owner, 'schema')}"})


def test_the_document_describes_every_operation() -> None:
    """If red, the test above looks at fewer operations than there are, or clients do not learn of one."""
    described = {(method, path) for path, methods in schema.raw_schema["paths"].items() for method in methods}
    assert described == {
        ("get", "/api/v1/links"),
        ("post", "/api/v1/links"),
        ("get", "/api/v1/links/{slug}"),
        ("patch", "/api/v1/links/{slug}"),
        ("delete", "/api/v1/links/{slug}"),
        ("get", "/api/v1/links/{slug}/statistics"),
    }


def test_errors_are_documented_as_problem_documents() -> None:
    """If red, generated clients look for errors under a media type that never comes."""
    for path, methods in schema.raw_schema["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"].items()
            media = {status: set(answer.get("content", ())) for status, answer in answers if status >= "400"}
            wrong = {status: types for status, types in media.items() if types != {"application/problem+json"}}
            assert not wrong, f"{method} {path} documents errors as {wrong}"
            missing = {"401", "422", "429", "503"} - set(media)
            assert not missing, f"{method} {path} does not document {missing}"
