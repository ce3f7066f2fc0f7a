"""Folding visits into counts per day, each visit exactly once, whatever is killed and when.

From Redis, in three steps, each safe to repeat:
    take    pending visits become a batch with an id of its own (one atomic script)
    fold    one transaction adds the batch's counts *and* writes its id; a second attempt meets the id and stops
    drop    the batch is deleted from Redis
A crash between two steps leaves an open batch, which the next run picks up at `fold`.

From the table of hits: one transaction reads some rows, adds their counts and deletes those very rows.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from links import batches
from links.batches import Counts
from links.models import AppliedBatch, DailyClicks, Hit, Link

# Rows of the hits table in one transaction: few enough to hold its locks for well under a second.
HITS_AT_ONCE = 5_000
# Counts in one UPDATE, so that a statement stays far from any server's size limits.
_COUNTS_AT_ONCE = 200
# A mark must outlive any copy of its batch that a restored Redis could bring back.
MARKS_KEPT = timedelta(days=7)


@dataclass
class Flushed:
    """What a run did: batches and hits folded in this run, and the visits in them."""

    batches: int = 0
    hits: int = 0
    visits: int = 0


def flush_redis() -> Flushed:
    """Folds what waits in Redis, left-over batches first. Raises RedisAway, a RedisError or a DatabaseError."""
    done = Flushed()
    left_over = batches.open_batches()
    batches.take()
    fresh = [batch for batch in batches.open_batches() if batch not in left_over]
    for batch in (*left_over, *fresh):
        counts = batches.read(batch)
        if fold(batch, counts):
            done.batches += 1
            done.visits += sum(counts.values())
        batches.drop(batch)
    AppliedBatch.objects.filter(applied_at__lt=timezone.now() - MARKS_KEPT).delete()
    return done


def fold(batch: str, counts: Counts) -> bool:
    """Adds a batch to the counts and marks it as added, in one transaction. Returns False if that was done before."""
    try:
        with transaction.atomic():
            AppliedBatch.objects.create(id=batch)
            _add(counts)
    except IntegrityError:
        if AppliedBatch.objects.filter(id=batch).exists():
            return False
        raise
    return True


def flush_hits() -> Flushed:
    """Folds the table of hits, a portion a transaction, until it is empty."""
    done = Flushed()
    while folded := _fold_some_hits():
        done.hits += folded
        done.visits += folded
    return done


@transaction.atomic
def _fold_some_hits() -> int:
    # Two flushers at once share the work: neither waits for, or counts, rows the other one holds.
    locked = Hit.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    rows = list(locked.order_by("id").values_list("id", "link_id", "at")[:HITS_AT_ONCE])
    _add(Counter((link_id, at.date()) for _, link_id, at in rows))
    # By id and not by range: a hit with a lower id may be committed only after this read.
    Hit.objects.filter(id__in=[row[0] for row in rows]).delete()
    return len(rows)


def _add(counts: Counts) -> None:
    """Adds visits to the counts of links that still exist. The caller holds the transaction."""
    # Locked in one order, or two flushers with the same links in their batches could wait for each other.
    wanted = sorted({link_id for link_id, _ in counts})
    existing = set(Link.objects.select_for_update().filter(id__in=wanted).order_by("id").values_list("id", flat=True))
    rows = sorted(item for item in counts.items() if item[0][0] in existing)
    for start in range(0, len(rows), _COUNTS_AT_ONCE):
        _add_some(rows[start : start + _COUNTS_AT_ONCE])


def _add_some(rows: list[tuple[tuple[int, date], int]]) -> None:
    empty = [DailyClicks(link_id=link_id, day=day) for (link_id, day), _ in rows]
    DailyClicks.objects.bulk_create(empty, ignore_conflicts=True)
    visits = Case(*(When(link_id=link_id, day=day, then=Value(n)) for (link_id, day), n in rows), default=Value(0))
    touched = DailyClicks.objects.filter(
        link_id__in={link_id for (link_id, _), _ in rows}, day__in={day for (_, day), _ in rows}
    )
    touched.update(count=F("count") + visits)
