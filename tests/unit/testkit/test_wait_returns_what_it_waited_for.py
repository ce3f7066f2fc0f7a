"""Does a wait end as soon as it can, with the value that was waited for?"""

import itertools
from collections.abc import Callable

import pytest

from testkit import wait
from testkit.retryable import RETRYABLE, Retryable


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        monkeypatch.setattr(wait, "_clock", lambda: self.now)
        monkeypatch.setattr(wait, "_sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def answering(*answers: object) -> Callable[[], object]:
    """Return a probe that gives the answers one by one, and raises those that are exceptions."""
    remaining = iter(answers)

    def probe() -> object:
        answer = next(remaining)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return probe


def test_gives_the_first_true_answer(clock: Clock) -> None:
    """Otherwise every test would have to ask a second time, and might get another answer."""
    found = wait.until(answering(None, "", wait.NotYet("starting"), {"id": 7}), 10, 0.1, "a link")

    assert found == {"id": 7}, f"until() returned {found!r} and not the probe's first true answer"
    assert len(clock.pauses) == 3, f"three false answers take three pauses, not {clock.pauses}"


def test_pauses_grow_and_stay_bounded(clock: Clock) -> None:
    """Otherwise a wait of minutes hammers a server that is just starting, or notices its start minutes late."""
    with pytest.raises(wait.WaitTimeout):
        wait.until(lambda: None, 60, 0.1, "nothing")

    growing = clock.pauses[:5]
    assert growing == sorted(set(growing)), f"the pauses do not grow: {growing}"
    assert max(clock.pauses) <= 0.1 * wait.LONGEST_PAUSE + 1e-9, f"a pause is too long: {max(clock.pauses)} s"
    assert clock.now == pytest.approx(60), f"the wait of 60 s ended after {clock.now} s"


def test_a_last_try_comes_at_the_very_end(clock: Clock) -> None:
    """Otherwise a server that is ready in time counts as late, because a long pause ran into the time-out."""
    assert wait.until(lambda: clock.now >= 1.0, 1.0, 0.3, "one second to pass") is True


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("error", [ConnectionRefusedError("port 1"), ConnectionResetError("by peer")])
def test_goes_on_after_an_error_that_passes_by_itself(error: Exception) -> None:
    """Otherwise every start of a server is a race that the test sometimes loses."""
    assert wait.until(answering(error, "up"), 5, 0.1, "the server") == "up"


@pytest.mark.usefixtures("clock")
def test_a_list_of_ones_own_adds_to_what_is_retryable() -> None:
    """Otherwise a database's way to say 'still starting' needs a loop of its own in each layer."""
    loading = Retryable("builtins.LookupError", "LOADING", "the data set is being read", "https://redis.io/docs/")

    found = wait.until(answering(KeyError("LOADING 3 %"), "ok"), 5, 0.1, "x", retryable=(*RETRYABLE, loading))

    assert found == "ok", "an error of a subclass, with the right text, must be retried"


def test_another_error_ends_the_wait_at_once(clock: Clock) -> None:
    """Otherwise a typo in a probe costs the full time-out in every run, and its trace is lost."""
    tries = itertools.count()

    def probe() -> None:
        next(tries)
        raise KeyError("slgu")

    with pytest.raises(KeyError, match="slgu") as raised:
        wait.until(probe, 30, 0.1, "link abc to be stored")

    assert clock.pauses == [], f"the wait went on after a KeyError: {clock.pauses}"
    notes = " ".join(raised.value.__notes__)
    assert "link abc to be stored" in notes, f"the error does not say what was waited for: {notes!r}"
