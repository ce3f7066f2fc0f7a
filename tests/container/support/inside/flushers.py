"""Several flushers at once, in processes of their own, on the same batches and the same rows of hits.

Arguments: a JSON list of link ids, and how many hits each of them gets. Each process folds the same batches in its own
order, and then the table of hits; what each did, and every error, is printed as JSON. They begin each transaction
together, on a database that seems some way off: a fast machine would else be through with one before the next begins.
"""

import json
import multiprocessing
import os
import random
import sys
import time
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import DatabaseError, connection  # noqa: E402  these need the apps to be loaded
from django.utils import timezone  # noqa: E402

from links import flush  # noqa: E402
from links.models import Hit  # noqa: E402

FLUSHERS, BATCHES = 4, 30
DAY = date(2020, 2, 29)
# Seconds to the database and back, as between two availability zones.
ROUND_TRIP = 0.002

HIT_AT = datetime(2020, 3, 1, tzinfo=timezone.get_default_timezone())

links, hits = json.loads(sys.argv[1]), int(sys.argv[2])
# The same links in each batch, so that all wait for the same rows; each batch adds 1 + its number.
batches = [(str(uuid.uuid4()), {(link, DAY): number + 1 for link in links}) for number in range(BATCHES)]


all_of_them = multiprocessing.Barrier(FLUSHERS, timeout=60)


def from_afar(execute: Callable[..., Any], *arguments: Any) -> Any:
    """Make a query as slow as one that crosses a network."""
    time.sleep(ROUND_TRIP)
    return execute(*arguments)


def flusher(number: int) -> dict[str, Any]:
    """Folds everything, in an order of its own, and returns what it did."""
    done: dict[str, Any] = {"folded": 0, "hits": 0, "errors": []}
    for batch, counts in random.Random(number).sample(batches, len(batches)):
        all_of_them.wait()
        try:
            done["folded"] += flush.fold(batch, counts)
        except DatabaseError as error:
            done["errors"].append(f"fold: {error}")
    if number == 0:
        # Only now, or the stack's own flusher would have folded them. Interleaved: each transaction meets every link.
        Hit.objects.bulk_create([Hit(link_id=link, at=HIT_AT) for _ in range(hits) for link in links])
    all_of_them.wait()
    try:
        done["hits"] = flush.flush_hits().hits
    except DatabaseError as error:
        done["errors"].append(f"hits: {error}")
    return done


def main() -> None:
    reports = []
    for number in range(FLUSHERS):
        report_read, report_write = os.pipe()
        if os.fork() == 0:
            with connection.execute_wrapper(from_afar):
                os.write(report_write, json.dumps(flusher(number)).encode())
            os._exit(0)
        os.close(report_write)
        reports.append(report_read)
    done = [json.loads(os.fdopen(report).read()) for report in reports]
    sys.stdout.write(json.dumps({"flushers": done, "batches": BATCHES, "each": sum(range(1, BATCHES + 1))}) + "\n")


main()
