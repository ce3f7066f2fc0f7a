"""Can the reader of a time-out fix its cause from the message alone?"""

from collections.abc import Callable

import pytest
import requests

from testkit import wait
from testkit.retryable import RETRYABLE, Retryable, find


def message_of(probe: Callable[[], wait.NotYet | None], hint: str = "") -> str:
    with pytest.raises(wait.WaitTimeout) as raised:
        wait.until(probe, timeout=0.02, every=0.01, why="the shop to open", hint=hint)
    return str(raised.value)


@pytest.mark.parametrize(
    "part", ["the shop to open", "waited 0.0 s", "tries", "503 Service Unavailable", "see the log"]
)
def test_it_tells_what_was_seen_last(part: str) -> None:
    """Otherwise somebody runs the pipeline again by hand, just to see what the server had answered."""
    message = message_of(lambda: wait.NotYet("503 Service Unavailable"), hint="see the log")

    assert part in message, f"{part!r} is missing in: {message}"


@pytest.mark.parametrize("part", ["ConnectionRefusedError: port 3306", "nothing listens on the port yet", "https://"])
def test_it_tells_the_last_error_and_why_it_was_tried_again(part: str) -> None:
    """Otherwise the one line that says 'connection refused, port 3306' is lost in thirty quiet seconds."""

    def probe() -> None:
        raise ConnectionRefusedError("port 3306")

    message = message_of(probe)

    assert part in message, f"{part!r} is missing in: {message}"


def test_a_huge_answer_is_cut() -> None:
    """Otherwise a page of HTML pushes the reason out of the CI log."""
    message = message_of(lambda: wait.NotYet("x" * 100_000))

    assert len(message) < 2 * wait.LONGEST_TEXT, f"the message has {len(message)} characters"


@pytest.mark.parametrize("entry", RETRYABLE, ids=lambda entry: entry.error)
def test_each_retryable_error_has_a_reason_and_a_link(entry: Retryable) -> None:
    """Otherwise the list grows by whatever was red on a Friday, and hides real faults."""
    assert entry.reason, f"{entry} has no reason"
    assert entry.link.startswith("https://"), f"{entry} has no link"


def test_a_name_that_does_not_resolve_is_not_retryable() -> None:
    """Otherwise a misspelt host name costs the full time-out instead of failing at once."""
    unresolved = find(requests.ConnectionError("Failed to resolve 'databse'"))
    refused = find(requests.ConnectionError("[Errno 111] Connection refused"))

    assert unresolved is None, f"an unknown host is tried again, because of {unresolved}"
    assert refused is not None, "a refused connection is not tried again"
