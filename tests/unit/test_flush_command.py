"""Does `manage.py flush_clicks` run once or as a loop, end when it is told to, and say when it could not finish?"""

import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError, connection

from links import flush, queue
from links.flush import Flushed
from links.models import DailyClicks, Hit, Link
from tests.unit.support.fake_redis import Redis
from tests.unit.support.outages import database_away


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command takes over this process's signal handlers; pytest wants them back."""

    def left_to_us(number: int, _frame: object) -> None:
        raise AssertionError(f"the command does not handle {signal.Signals(number).name}")

    before = {number: signal.signal(number, left_to_us) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def visit_both_ways(link: Link) -> None:
    queue.count(link.pk, 0.0, "2027-03-01")
    Hit.objects.create(link_id=link.pk)


def stored() -> int:
    return sum(DailyClicks.objects.values_list("count", flat=True))


def test_once_folds_both_queues_and_ends(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, a cron job of it folds half of the visits."""
    visit_both_ways(make_link("spring"))
    call_command("flush_clicks")
    assert stored() == 2


def test_without_redis_it_folds_the_table(make_link: Callable[..., Link]) -> None:
    """If red, the embedded default's flusher fails for want of a Redis that was never configured."""
    Hit.objects.create(link_id=make_link("spring").pk)
    call_command("flush_clicks")
    assert stored() == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_ends_at_a_signal_after_the_run_under_way(
    redis: Redis, make_link: Callable[..., Link], monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """If red, stopping the flusher takes until it is killed, or interrupts a run."""
    link = make_link("spring")
    runs = 0
    real = flush.flush_redis

    def told_to_stop_in_the_third() -> Flushed:
        nonlocal runs
        runs += 1
        assert runs <= 3, f"the loop went on after {number.name}"
        visit_both_ways(link)
        if runs == 3:
            os.kill(os.getpid(), number)
        return real()

    monkeypatch.setattr(flush, "flush_redis", told_to_stop_in_the_third)
    call_command("flush_clicks", every=0.001)
    assert runs == 3, f"{runs} runs, told to stop in the third"
    assert stored() == 6, "the run under way was not finished"


@pytest.mark.parametrize("away", ["redis", "database"])
def test_a_store_that_is_away_is_a_failure_that_loses_nothing(
    redis: Redis, make_link: Callable[..., Link], caplog: pytest.LogCaptureFixture, away: str
) -> None:
    """If red, a scheduler takes a flush that did nothing for a success, or visits are gone after an outage."""
    visit_both_ways(make_link("spring"))
    caplog.set_level(logging.WARNING, "strata.flush")
    if away == "redis":
        redis.refuse()
    with database_away() if away == "database" else nullcontext(), pytest.raises(SystemExit) as ended:
        call_command("flush_clicks")
    assert ended.value.code == 1
    sources = {getattr(record, "fields", {})["source"] for record in caplog.records}
    assert sources == ({"redis"} if away == "redis" else {"redis", "hits"}), f"warnings came from {sources}"
    redis.recover()
    try:
        call_command("flush_clicks")
    except SystemExit:
        pytest.fail(f"the outage is over, and visits can still not be counted: {caplog.text}")
    assert stored() == 2, f"of 2 visits {stored()} are stored after the outage"


def test_redis_away_does_not_hold_up_the_table(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, the table grows for as long as Redis is away, which is when it is written to."""
    visit_both_ways(make_link("spring"))
    redis.refuse()
    with pytest.raises(SystemExit):
        call_command("flush_clicks")
    assert (stored(), Hit.objects.count()) == (1, 0)


def test_a_loop_gets_over_an_outage(
    redis: Redis, make_link: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If red, one outage ends the loop, or its exit code is that of an outage long over."""
    visit_both_ways(make_link("spring"))
    redis.refuse()
    rounds = 0
    real = flush.flush_redis

    def recover_in_the_second() -> Flushed:
        nonlocal rounds
        rounds += 1
        assert rounds <= 2, "the loop went on after SIGTERM"
        if rounds == 2:
            redis.recover()
            os.kill(os.getpid(), signal.SIGTERM)
        return real()

    monkeypatch.setattr(flush, "flush_redis", recover_in_the_second)
    call_command("flush_clicks", every=0.001)
    assert (rounds, stored()) == (2, 2)


def test_what_it_did_is_logged(redis: Redis, make_link: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    """If red, nobody can see from the logs that visits are folded; or an idle loop fills them."""
    from ops.logs import JsonFormatter

    caplog.set_level(logging.INFO, "strata.flush")
    call_command("flush_clicks")
    assert not caplog.records, "a run that did nothing wrote a line"
    visit_both_ways(make_link("spring"))
    call_command("flush_clicks")
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert [(line["source"], line["visits"]) for line in lines] == [("redis", 1), ("hits", 1)]


def test_a_lost_database_connection_is_an_outage_too(db: None) -> None:
    """If red, a database failover ends the loop with a traceback."""

    def closed(*_args: object) -> object:
        raise InterfaceError(0, "")

    with connection.execute_wrapper(closed), pytest.raises(SystemExit) as ended:
        call_command("flush_clicks")
    assert ended.value.code == 1


@pytest.mark.parametrize("away", [True, False])
def test_each_round_leaves_a_heartbeat(redis: Redis, db: None, tmp_path: Path, away: bool) -> None:
    """If red, an orchestrator cannot tell a loop that hangs from one that works, or restarts it for Redis' sake."""
    beat = tmp_path / "beat"
    if away:
        redis.refuse()
    with pytest.raises(SystemExit) if away else nullcontext():
        call_command("flush_clicks", heartbeat=beat)
    assert beat.exists()


def test_an_interval_that_is_no_number_is_refused() -> None:
    """If red, a typing error in a manifest becomes a traceback, or a loop without a pause."""
    with pytest.raises(CommandError, match="--every"):
        call_command("flush_clicks", "--every=soon")


@pytest.mark.parametrize("every", ["0", "-1", "inf", "soon"])
def test_a_pause_that_is_none_is_refused(every: str) -> None:
    """If red, a typing mistake makes the flusher spin and keep both stores busy."""
    with pytest.raises(CommandError, match="--every"):
        call_command("flush_clicks", f"--every={every}")
