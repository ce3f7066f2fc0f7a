"""Does an undisturbed flush put each visit into the right count, once, and leave nothing behind?"""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from links import batches, flush, queue, services
from links.flush import MARKS_KEPT, Flushed
from links.models import AppliedBatch, DailyClicks, Hit, Link
from tests.unit.support.fake_redis import Redis

MONDAY, TUESDAY = date(2027, 3, 1), date(2027, 3, 2)


def visit(link_id: int, day: date = MONDAY, times: int = 1) -> None:
    for _ in range(times):
        queue.count(link_id, 0.0, day.isoformat())


def counts() -> dict[tuple[str, date], int]:
    return {(slug, day): count for slug, day, count in DailyClicks.objects.values_list("link__slug", "day", "count")}


def test_visits_go_to_their_link_and_day(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, statistics credit one link, or one day, with the visits of another."""
    a, b = make_link("a"), make_link("b")
    for link, day, times in ((a, MONDAY, 3), (a, TUESDAY, 1), (b, TUESDAY, 2)):
        visit(link.pk, day, times)
    assert flush.flush_redis() == Flushed(batches=1, hits=0, visits=6)
    assert counts() == {("a", MONDAY): 3, ("a", TUESDAY): 1, ("b", TUESDAY): 2}
    assert redis.data.keys("strata:clicks") == redis.data.keys("strata:batch*") == []


def test_batches_add_up(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, each flush replaces what the one before had counted."""
    link = make_link("a")
    for times in (2, 5):
        visit(link.pk, times=times)
        flush.flush_redis()
    assert counts() == {("a", MONDAY): 7}


def test_more_counts_than_one_statement_takes(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, a busy hour's batch is cut off at the size of a statement."""
    link = make_link("a")
    days = [MONDAY + timedelta(days=n) for n in range(450)]
    for day in days:
        visit(link.pk, day, 1)
    flush.flush_redis()
    assert counts() == {("a", day): 1 for day in days}


def test_an_empty_queue_makes_no_batch(redis: Redis, db: None) -> None:
    """If red, each idle run leaves a mark behind, and the table of marks grows by the minute."""
    assert flush.flush_redis() == flush.flush_hits() == Flushed()
    assert not AppliedBatch.objects.exists()
    assert redis.data.keys("*") == []


def test_a_batch_folded_before_is_not_folded_again(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, a batch that Redis brings back (a restored copy, a killed flusher) is counted twice."""
    link = make_link("a")
    batch = str(uuid.uuid4())
    assert flush.fold(batch, {(link.pk, MONDAY): 4})
    assert not flush.fold(batch, {(link.pk, MONDAY): 4}), "a batch whose mark exists was folded again"
    assert counts() == {("a", MONDAY): 4}


def test_an_integrity_error_of_another_kind_is_not_taken_for_a_mark(
    make_link: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If red, a batch that could not be added is dropped as if it had been: its visits are lost."""
    link = make_link("a")

    def fail(_counts: Any) -> None:
        raise IntegrityError("FOREIGN KEY constraint failed")

    monkeypatch.setattr(flush, "_add", fail)
    with pytest.raises(IntegrityError):
        flush.fold(str(uuid.uuid4()), {(link.pk, MONDAY): 4})
    assert not AppliedBatch.objects.exists(), "the mark outlived the transaction that failed"


def test_a_mark_is_kept_until_its_batch_cannot_come_back(
    redis: Redis, make_link: Callable[..., Link], time_machine: Any
) -> None:
    """If red, either the marks pile up for ever, or a Redis restored from yesterday's copy is counted twice."""
    link = make_link("a")
    time_machine.move_to(datetime(2027, 3, 1, 12, tzinfo=UTC), tick=False)
    visit(link.pk)
    flush.flush_redis()
    time_machine.shift(MARKS_KEPT)
    flush.flush_redis()
    assert AppliedBatch.objects.count() == 1, f"pruned within {MARKS_KEPT}"
    time_machine.shift(timedelta(seconds=1))
    flush.flush_redis()
    assert AppliedBatch.objects.count() == 0, f"kept for longer than {MARKS_KEPT}"


def test_a_left_over_batch_older_than_its_mark_may_get(
    redis: Redis, make_link: Callable[..., Link], time_machine: Any
) -> None:
    """If red, a flusher that was down for longer than marks are kept prunes a mark before it meets its batch."""
    link = make_link("a")
    time_machine.move_to(datetime(2027, 3, 1, 12, tzinfo=UTC), tick=False)
    visit(link.pk)
    batches.take()
    [batch] = batches.open_batches()
    flush.fold(batch, batches.read(batch))  # killed here, and started again only after the holidays
    time_machine.shift(MARKS_KEPT * 3)
    flush.flush_redis()
    assert counts() == {("a", MONDAY): 1}, "the mark was pruned before its batch was met, which was folded again"


def test_a_restored_copy_of_redis_is_not_counted_again(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, restoring Redis from a backup counts a batch twice."""
    link = make_link("a")
    visit(link.pk, times=3)
    batches.take()
    backup = {key: redis.data.dump(key) for key in redis.data.keys("*")}
    flush.flush_redis()
    for key, value in backup.items():
        redis.data.restore(key, 0, value or b"")
    flush.flush_redis()
    assert counts() == {("a", MONDAY): 3}, "a batch that a backup brought back was folded again"


def test_batches_of_a_redis_that_lost_its_data_are_new_ones(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, a Redis that starts empty names its batches as before, and the database takes them for old ones."""
    link = make_link("a")
    for _ in range(3):
        visit(link.pk)
        flush.flush_redis()
        redis.restart(keep_data=False)
    assert counts() == {("a", MONDAY): 3}, "batches of an empty Redis were taken for those folded before"


def test_visits_of_a_deleted_link_hold_up_nobody(redis: Redis, make_link: Callable[..., Link]) -> None:
    """If red, one deleted link keeps the batch with everybody's visits from being folded, for ever."""
    gone, stays = make_link("gone"), make_link("stays")
    for link in (gone, stays):
        visit(link.pk, times=2)
        Hit.objects.create(link_id=link.pk, at=timezone.now())
    services.delete_link(gone)
    flush.flush_redis()
    flush.flush_hits()
    assert sum(counts().values()) == 3, "three hits, one of them committed while the others were folded"
    assert {slug for slug, _ in counts()} == {"stays"}
    assert not Hit.objects.exists(), "hits of the deleted link stay behind"


def test_hits_are_folded_in_portions(make_link: Callable[..., Link], monkeypatch: pytest.MonkeyPatch) -> None:
    """If red, a long Redis outage ends in one transaction that locks the table for minutes."""
    monkeypatch.setattr(flush, "HITS_AT_ONCE", 3)
    link = make_link("a")
    Hit.objects.bulk_create(
        Hit(link_id=link.pk, at=datetime(2027, 3, 1, 23, 59, 59, tzinfo=UTC) + timedelta(seconds=n)) for n in range(8)
    )
    assert flush.flush_hits() == Flushed(batches=0, hits=8, visits=8)
    assert counts() == {("a", MONDAY): 1, ("a", TUESDAY): 7}


def test_a_hit_committed_late_is_neither_lost_nor_counted_twice(
    make_link: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If red, a hit with a lower id that is committed while its neighbours are folded is deleted uncounted."""
    link = make_link("a")
    Hit.objects.create(id=10, link_id=link.pk)
    Hit.objects.create(id=12, link_id=link.pk)
    real = flush._add
    late = iter([11])

    def add_and_let_another_in(counts: Any) -> None:
        real(counts)
        for number in late:
            Hit.objects.create(id=number, link_id=link.pk)

    monkeypatch.setattr(flush, "_add", add_and_let_another_in)
    flush.flush_hits()
    assert sum(counts().values()) == 3, "three hits, one of them committed while the others were folded"
