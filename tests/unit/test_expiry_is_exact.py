"""Does a link end at the very moment it was told to, to the microsecond, wherever it comes from?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from links.models import Link

END = datetime(2027, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.fixture(params=["with redis", "embedded"], autouse=True)
def store(request: pytest.FixtureRequest) -> None:
    if request.param == "with redis":
        request.getfixturevalue("redis")


@pytest.mark.parametrize("cached", [True, False], ids=["cached", "uncached"])
@pytest.mark.parametrize(("moment", "status"), [(END - TICK, 302), (END, 410), (END + TICK, 410)])
def test_a_visit_at_the_boundary(
    client: Client, make_link: Callable[..., Link], time_machine: Any, moment: datetime, status: int, cached: bool
) -> None:
    """If red, a campaign ends early or late, or goes on for as long as its link stays cached."""
    link = make_link("sale", expires_at=END)
    time_machine.move_to(END - timedelta(seconds=1), tick=False)
    if cached:
        assert client.get("/sale", secure=True).status_code == 302
    time_machine.move_to(moment, tick=False)
    seen = client.get("/sale", secure=True).status_code
    assert seen == status, f"{moment - END} from its end the link answered {seen}, not {status}"
    # The pages and the API read `state`; it must not say something else than the redirect does.
    assert link.state == ("active" if status == 302 else "expired")


def test_no_visit_is_counted_at_or_after_the_end(
    client: Client, make_link: Callable[..., Link], time_machine: Any, request: pytest.FixtureRequest
) -> None:
    """If red, statistics go on for a link that leads nowhere any more."""
    from links import flush

    link = make_link("sale", expires_at=END)
    for moment in (END - TICK, END, END + TICK):
        time_machine.move_to(moment, tick=False)
        client.get("/sale", secure=True)
    flush.flush_hits()
    if "with redis" in request.node.name:
        flush.flush_redis()
    counts = list(link.daily_clicks.values_list("day", "count"))
    assert counts == [(END.date(), 1)], f"one visit came before the end, stored are {counts}"
