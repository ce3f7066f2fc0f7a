"""Does the breaker open when it should, let one trial through at a time, and close again, under many threads too?"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.breaker import Breaker
from tests.unit.support.clock import Clock
from tests.unit.support.measured import metric_value

FAILURES, PAUSE = 3, 1.0


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("redis", failures=FAILURES, pause=PAUSE, clock=clock)


def break_it(breaker: Breaker) -> None:
    for _ in range(FAILURES):
        assert breaker.allows()
        breaker.failed()


def test_it_opens_after_that_many_failures_in_a_row(breaker: Breaker) -> None:
    """If red, one hiccup takes a healthy store out of use, or an absent one is asked for ever."""
    for already in range(FAILURES):
        assert not breaker.is_open, f"open after {already} failures, not {FAILURES}"
        assert metric_value("strata_breaker_open", store="redis") == 0
        breaker.failed()
    assert breaker.is_open, f"closed after {FAILURES} failures"
    assert not breaker.allows(), "open, and the next call is let through without a pause"
    assert metric_value("strata_breaker_open", store="redis") == 1


def test_each_failure_is_counted_and_what_was_spared_is_not(breaker: Breaker) -> None:
    """If red, nobody can tell a store that fails now and then from a healthy one, as neither opens the circuit."""
    breaker.failed()
    breaker.succeeded()
    break_it(breaker)
    assert not breaker.allows()
    counted = metric_value("strata_failed_calls_total", store="redis")
    assert counted == 1 + FAILURES, f"{1 + FAILURES} calls failed, and {counted:.0f} are counted"


def test_a_success_in_between_starts_the_count_anew(breaker: Breaker) -> None:
    """If red, a store that fails once an hour is given up after three hours."""
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        assert not breaker.is_open, "failures before a success were counted with those after it"
        breaker.succeeded()


def test_one_trial_is_let_through_in_each_pause(breaker: Breaker, clock: Clock) -> None:
    """If red, an absent store is either never asked again, or by everybody at once."""
    break_it(breaker)
    clock.advance(PAUSE - 0.001)
    assert not breaker.allows(), "a trial before the pause was over"
    clock.advance(0.001)
    assert breaker.allows(), "no trial after the pause"
    assert [breaker.allows() for _ in range(5)] == [False] * 5, "more than one trial in a pause"
    # The trial's caller may die without a word; the next pause brings the next one.
    clock.advance(PAUSE)
    assert breaker.allows()


def test_a_failed_trial_waits_a_whole_pause(breaker: Breaker, clock: Clock) -> None:
    """If red, trials that take longer than the pause follow each other without one."""
    break_it(breaker)
    clock.advance(PAUSE)
    assert breaker.allows()
    clock.advance(PAUSE * 3)
    breaker.failed()
    assert not breaker.allows(), "the next trial follows without a pause"
    clock.advance(PAUSE)
    assert breaker.allows()


def test_the_first_success_closes_it(breaker: Breaker, clock: Clock) -> None:
    """If red, a store that is back goes on being spared."""
    break_it(breaker)
    clock.advance(PAUSE)
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(5)] == [True] * 5
    assert metric_value("strata_breaker_open", store="redis") == 0


def test_a_crowd_gets_one_trial(breaker: Breaker, clock: Clock) -> None:
    """If red, all threads fall upon a store that has just come back: a thundering herd."""
    break_it(breaker)
    threads = 16
    at_once = threading.Barrier(threads)

    def ask(_number: int) -> int:
        at_once.wait()
        return sum(breaker.allows() for _ in range(50))

    with ThreadPoolExecutor(threads) as crowd:
        for pause in range(20):
            clock.advance(PAUSE)
            trials = sum(crowd.map(ask, range(threads)))
            assert trials == 1, f"{trials} trials in pause {pause} under {threads} threads"
