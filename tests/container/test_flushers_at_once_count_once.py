"""Several flushers run at the same moment, as during a rolling update: is each visit still counted once?"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.container.support import owners
from tests.container.support.app import App
from tests.container.support.stores import MySql

LINKS = 40
# Rows of hits for each link: more in all than a flusher takes in one transaction.
HITS = 150


@dataclass(frozen=True)
class Race:
    """What four flushers did at once, and what MySQL had afterwards."""

    done: dict[str, Any]
    counts: dict[int, int]
    hits: dict[int, int]
    rows_left: int


@pytest.fixture(scope="module")
def race(app: App, mysql: MySql) -> Race:
    """Four processes fold the same twelve batches and the same six thousand hits."""
    owner = owners.make(mysql)
    marker = uuid.uuid4().hex
    with mysql.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO links_link (slug, target, enabled, created_at, updated_at, owner_id)"
            " VALUES (%s, 'https://target.example/', 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), %s)",
            [(f"{marker}-{number}", owner.id) for number in range(LINKS)],
        )
    ids = [row["id"] for row in mysql.query("SELECT id FROM links_link WHERE owner_id = %s ORDER BY id", owner.id)]
    done = app.script("flushers", json.dumps(ids), str(HITS))

    def counted(day: str) -> dict[int, int]:
        rows = mysql.query("SELECT link_id, count FROM links_dailyclicks WHERE day = %s AND link_id IN %s", day, ids)
        return {row["link_id"]: int(row["count"]) for row in rows}

    left = mysql.value("SELECT COUNT(*) FROM links_hit WHERE link_id IN %s", ids)
    return Race(done, counted("2020-02-29"), counted("2020-03-01"), left)


def test_a_batch_that_all_take_is_added_once(race: Race) -> None:
    """Red: every rolling update, and every flusher that was slow to die, doubles a batch of visits."""
    folded = sum(flusher["folded"] for flusher in race.done["flushers"])
    wrong = {link: count for link, count in race.counts.items() if count != race.done["each"]}
    assert not wrong, f"{len(wrong)} links have other counts than {race.done['each']}: {wrong}; {race.done}"
    assert len(race.counts) == LINKS
    assert folded == race.done["batches"], f"{folded} folds of {race.done['batches']} batches: {race.done}"


def test_a_row_of_hits_is_counted_by_one_flusher(race: Race) -> None:
    """Red: visits during an outage of Redis are counted twice as soon as two flushers run."""
    wrong = {link: count for link, count in race.hits.items() if count != HITS}
    assert not wrong, f"{len(wrong)} links have other counts than {HITS}: {wrong}; see select_for_update in flush.py"
    assert len(race.hits) == LINKS
    assert race.rows_left == 0, f"{race.rows_left} hits are left in the table"


def test_no_flusher_meets_an_error(race: Race) -> None:
    """Red: flushers that wait for each other's rows in different orders end in deadlocks, over and over under load."""
    errors = [error for flusher in race.done["flushers"] for error in flusher["errors"]]
    assert not errors, f"{len(errors)} errors, the first: {errors[0]}; locks must be taken in one order, see flush._add"
