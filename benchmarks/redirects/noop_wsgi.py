"""The least that a WSGI application can do: what is left is the server's own cost."""

from collections.abc import Callable, Iterable
from typing import Any


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
