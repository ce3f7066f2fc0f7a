"""The children of a request's span: each call of the database and of Redis, by its name and without what it carried."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, wraps
from typing import Any

import redis as redis_py
from django.db import connection
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode

from ops.redis import Script
from ops.tracing.provider import tracer

# The request's span while one is traced. Of our own, as every call of Redis asks for it, traced or not.
parent: ContextVar[Context | None] = ContextVar("parent", default=None)

_VERB = re.compile(r"\w+")
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+[`\"]?(\w+)", re.IGNORECASE)


@cache
def watch() -> None:
    """Puts spans around calls of Redis, of this process and from now on. The database's are asked for by request."""
    # Where a redirect's script goes past the client's methods.
    Script.__call__ = _watched(Script.__call__, lambda _script, *_: "EVALSHA")  # type: ignore[method-assign]
    redis_py.Redis.execute_command = _watched(  # type: ignore[method-assign]
        redis_py.Redis.execute_command, lambda _client, *words: str(words[0]).partition(" ")[0]
    )


def query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's way to watch statements (`connection.execute_wrapper`)."""
    verb, table = _summary(sql)
    attributes = {"db.operation.name": verb, **({"db.collection.name": table} if table else {})}
    with _child(f"{verb} {table}".strip(), connection.vendor, attributes):
        return execute(sql, params, many, context)


def _watched(call: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
    @wraps(call)
    def watched(*args: Any, **kwargs: Any) -> Any:
        if parent.get() is None:
            return call(*args, **kwargs)
        command = name(*args)
        with _child(command, "redis", {"db.operation.name": command}):
            return call(*args, **kwargs)

    return watched


@contextmanager
def _child(name: str, system: str, attributes: dict[str, str]) -> Iterator[None]:
    attributes = {"db.system.name": system, **attributes}
    span = tracer().start_span(name, parent.get(), SpanKind.CLIENT, attributes)
    try:
        yield
    except Exception as error:
        # By its class: its words may be a slug ("Duplicate entry 'spring'"), or an address.
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        span.end()


@lru_cache(maxsize=512)
def _summary(sql: str) -> tuple[str, str]:
    """Verb and first table of a statement."""
    verb, table = _VERB.search(sql), _TABLE.search(sql)
    return verb[0].upper() if verb else "", table[1] if table else ""
