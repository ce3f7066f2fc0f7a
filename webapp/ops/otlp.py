"""OTLP over HTTP: one POST with a time-out, by the standard library alone.

OpenTelemetry's own exporter brings five packages for it, repeats what failed, and would hold up a process that ends.
"""

import sys
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings

# Seconds for connecting, and for each wait for data.
TIMEOUT = 2.0

_HEADERS = {"Content-Type": "application/x-protobuf", "User-Agent": "strata"}
# Characters of an answer that a message carries.
_LONGEST_REASON = 200


class NotTaken(Exception):
    """The receiver was not reached, or did not take what it was sent."""


def make_importable() -> None:
    """Lets this process import OpenTelemetry's packages, which lie apart in the image.

    Were they beside the others, redis-py would import them wherever it is imported: a tenth of a second and some
    megabytes for each process that traces nothing.
    """
    if settings.TRACING_PACKAGES and settings.TRACING_PACKAGES not in sys.path:
        sys.path.append(settings.TRACING_PACKAGES)


def post(url: str, body: bytes, timeout: float = TIMEOUT) -> None:
    """Hands one message to a receiver. Raises NotTaken."""
    try:
        status, answer = _ask(url, body, timeout)
    except (OSError, HTTPException) as error:
        raise NotTaken(f"{url}: {error or type(error).__name__}") from error
    if status // 100 != 2:
        raise NotTaken(f"{url} answered {status} {answer.decode(errors='replace')[:_LONGEST_REASON]}".strip())


def _ask(url: str, body: bytes, timeout: float) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=timeout)
    try:
        connection.request("POST", parts.path, body, _HEADERS)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
