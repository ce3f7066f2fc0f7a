"""The path nearly every request takes: slug in, Location out.

With Redis a visit costs one round trip, which reads the link and counts the hit. Without it, or while it is away, the
link comes from this process's memory or one indexed read, and the hit is one INSERT. Either way a link is believed for
at most `queue.FRESH` seconds, so that a change is seen by every replica within five.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from links import queue, rules
from links.models import Hit, Link
from ops import database, metrics
from ops.redis import RedisAway

_PATH = re.compile(f"/({rules.SLUG_PATTERN})")
_OUTCOMES = {
    outcome: metrics.REDIRECTS.labels(outcome) for outcome in ("found", "unknown", "disabled", "expired", "unavailable")
}
_LOOKUPS = {result: metrics.LOOKUPS.labels(result) for result in ("hit", "stale", "miss", "local")}


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit ended: `found` (counted, `target` set), `unknown`, `disabled`, `expired` or `unavailable`."""

    outcome: str
    target: str = ""


# What a visit is until it has been followed: one that crashes is still known for a visit, and is timed as one.
_UNANSWERED = Visit("unavailable")


class RedirectMiddleware:
    """Answers a visit that can be redirected; leaves every other request, with its outcome, to the pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _PATH.fullmatch(request.path_info)
        if match is None or request.method not in {"GET", "HEAD"} or match[1].lower() in rules.RESERVED:
            return self.get_response(request)
        request.visit = _UNANSWERED  # type: ignore[attr-defined]
        visit = follow(match[1])
        _OUTCOMES[visit.outcome].inc()
        request.visit = visit  # type: ignore[attr-defined]
        if visit.outcome != "found":
            return self.get_response(request)
        # no-store: a redirect that a browser repeats by itself is neither counted nor changeable.
        headers = {"Location": visit.target, "Cache-Control": "no-store", "Content-Length": "0"}
        return HttpResponse(status=302, headers=headers)


def follow(slug: str) -> Visit:
    """Finds out where a slug leads and counts the visit if it leads anywhere."""
    now = time.time()
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    try:
        return _follow_with_redis(slug, now, day)
    except RedisAway:
        pass
    try:
        return _follow_without_redis(slug, now)
    except database.DatabaseAway:
        return Visit("unavailable")


def forget(slug: str) -> None:
    """Makes this process and Redis read a changed link anew; other processes' memories end by themselves."""
    cache.delete(queue.key(slug))
    queue.forget(slug)


def _follow_with_redis(slug: str, now: float, day: str) -> Visit:
    known = queue.visit(slug, now, day)
    if known and known.fresh > now:
        _LOOKUPS["hit"].inc()
        return Visit(known.outcome(now), known.target)
    try:
        entry = _read(slug, now)
    except database.DatabaseAway:
        return _serve_stale(known, now, day)
    _LOOKUPS["stale" if known else "miss"].inc()
    if entry is None:
        if known:  # deleted, and the word of it got lost: it must not come back while the database is away
            queue.forget(slug)
        return Visit("unknown")
    queue.remember(slug, entry, now, day)
    return Visit(entry.outcome(now), entry.target)


def _serve_stale(known: queue.Entry | None, now: float, day: str) -> Visit:
    """While the database is away nothing can have changed, so what was last known still holds."""
    if known is None:
        return Visit("unavailable")
    outcome = known.outcome(now)
    if outcome == "found":
        queue.count(known.id, now, day)
    _LOOKUPS["stale"].inc()
    return Visit(outcome, known.target)


def _follow_without_redis(slug: str, now: float) -> Visit:
    entry = cache.get(queue.key(slug))
    if entry is None:
        _LOOKUPS["miss"].inc()
        entry = _read(slug, now)
        if entry is None:
            return Visit("unknown")
        cache.set(queue.key(slug), entry, queue.FRESH)
    else:
        _LOOKUPS["local"].inc()
    outcome = entry.outcome(now)
    if outcome == "found":
        with database.guarded():
            Hit.objects.create(link_id=entry.id)
    return Visit(outcome, entry.target)


def _read(slug: str, now: float) -> queue.Entry | None:
    """One read by the slug's unique index."""
    columns = ("id", "target", "enabled", "expires_at")
    with database.guarded():
        row = Link.objects.filter(slug=slug).values_list(*columns).first()
    if row is None:
        return None
    link_id, target, enabled, expires_at = row
    expires = expires_at.timestamp() if expires_at else queue.NEVER
    return queue.Entry(link_id, target, enabled, expires, now + queue.FRESH)
