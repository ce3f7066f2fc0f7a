"""Wait for a condition, and say on failure what the last look at it saw.

    link = wait.until(lambda: find_link("abc"), timeout=10, every=0.1, why="link abc to be stored")

The probe is called until it returns something true, which is then the result. Between two tries the pause grows from
`every` to ten times that. Three things end the wait:

- a true answer: it is returned;
- an exception that `testkit.retryable` does not list: it is raised at once, with a note on what was being waited for;
- the time-out: `WaitTimeout` tells the last answer or error, the elapsed time, the number of tries, and a hint.

A probe that has something to say while it is not satisfied returns `NotYet("503 Service Unavailable")`: it counts as
false, and its text is what the reader of a failure sees. A probe must have time limits of its own: a hanging call
cannot be interrupted from here.
"""

import time
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from testkit.retryable import RETRYABLE, Retryable, find

Answer = TypeVar("Answer")

BACKOFF = 1.5
"""Factor between two pauses: quick to see a fast success, gentle on what is slow."""

LONGEST_PAUSE = 10
"""Upper bound of a pause, as a multiple of `every`."""

LONGEST_TEXT = 2000
"""Characters of an answer that fit into a failure message without hiding the rest of it."""


class WaitTimeout(TimeoutError):
    """The condition did not come true in time."""


class NotYet:
    """A false answer that explains itself."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self.text


def until(
    probe: Callable[[], Answer | NotYet | Literal[False] | None],
    timeout: float,
    every: float,
    why: str,
    *,
    hint: str = "",
    retryable: Sequence[Retryable] = RETRYABLE,
) -> Answer:
    """Call `probe` until it returns something true, and return that.

    timeout: seconds until the wait is given up; the probe is tried once more at the very end.
    every: seconds of the first pause.
    why: what is waited for, to be read after "for": "the server to answer on port 8000".
    hint: what to look at when it fails.
    retryable: errors after which to go on; add to `RETRYABLE` instead of replacing it.

    Raises WaitTimeout, or the first error of the probe that is not retryable.
    """
    begin = _clock()
    pause, tries = every, 0
    while True:
        tries += 1
        seen, reason = "", ""
        try:
            answer = probe()
        except Exception as error:
            known = find(error, retryable)
            if known is None:
                error.add_note(_ended_early(why, _clock() - begin, tries))
                raise
            seen = f"last error: {type(error).__name__}: {error}"
            reason = f"tried again because {known.reason} ({known.link})"
        else:
            if answer:
                return answer  # type: ignore[return-value]  # NotYet, False and None are false
            seen = f"last answer: {answer!r}"
        elapsed = _clock() - begin
        if elapsed >= timeout:
            headline = f"waited {elapsed:.1f} s ({tries} {'try' if tries == 1 else 'tries'}) in vain for {why}"
            raise WaitTimeout("\n  ".join(filter(None, [headline, _short(seen), reason, hint and f"hint: {hint}"])))
        _sleep(min(pause, timeout - elapsed))
        pause = min(pause * BACKOFF, every * LONGEST_PAUSE)


_clock = time.monotonic
_sleep = time.sleep


def _ended_early(why: str, elapsed: float, tries: int) -> str:
    return f"Raised at try {tries}, after {elapsed:.1f} s of waiting for {why}; not listed as retryable."


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"
