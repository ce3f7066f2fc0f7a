"""Who is asking: the client's address behind the proxies that are trusted, and nobody else's word for it."""

import ipaddress
from functools import lru_cache
from typing import Any

from django.conf import settings

_FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_FORWARDED",
    # Whoever says "this is sampled" decides what tracing costs us.
    "HTTP_TRACEPARENT",
    "HTTP_TRACESTATE",
)


@lru_cache(maxsize=1024)
def _is_trusted(address: str, proxies: tuple[str, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in ipaddress.ip_network(proxy) for proxy in proxies)


def drop_untrusted_headers(meta: dict[str, Any]) -> None:
    """Removes forwarding headers that did not come from a trusted proxy, so that nothing later can believe them."""
    present = [name for name in _FORWARDED if name in meta]
    if present and not _is_trusted(meta.get("REMOTE_ADDR", ""), tuple(settings.TRUSTED_PROXIES)):
        for name in present:
            del meta[name]


def address(meta: dict[str, Any]) -> str:
    """The client's address: the rightmost one in X-Forwarded-For that is no trusted proxy, else the peer's own.

    Everything left of that entry was written by the client itself and can be anything.
    """
    proxies = tuple(settings.TRUSTED_PROXIES)
    hops = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
    hops.append(str(meta.get("REMOTE_ADDR", "")))
    while len(hops) > 1 and _is_trusted(hops[-1], proxies):
        hops.pop()
    return hops[-1]


def limit_key(meta: dict[str, Any]) -> str:
    """The address as rate limits see it: an IPv6 client owns a whole /64 (RFC 6177), so the /64 is counted."""
    client = address(meta)
    try:
        parsed = ipaddress.ip_address(client)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
