"""Several flushers at once, in processes of their own, on the same batches and the same rows of hits.

Arguments: a JSON list of link ids. Each process folds the same batches in its own order, and then the table of hits;
what each did, and every error, is printed as JSON.
"""

import json
import os
import random
import sys
import uuid
from datetime import date
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import DatabaseError  # noqa: E402  these need the apps to be loaded

from links import flush  # noqa: E402

FLUSHERS, BATCHES = 4, 30
DAY = date(2020, 2, 29)

links = json.loads(sys.argv[1])
# The same links in each batch, so that all wait for the same rows; each batch adds 1 + its number.
batches = [(str(uuid.uuid4()), {(link, DAY): number + 1 for link in links}) for number in range(BATCHES)]


def flusher(number: int) -> dict[str, Any]:
    """Folds everything, in an order of its own, and returns what it did."""
    done: dict[str, Any] = {"folded": 0, "hits": 0, "errors": []}
    for batch, counts in random.Random(number).sample(batches, len(batches)):
        try:
            done["folded"] += flush.fold(batch, counts)
        except DatabaseError as error:
            done["errors"].append(f"fold: {error}")
    try:
        done["hits"] = flush.flush_hits().hits
    except DatabaseError as error:
        done["errors"].append(f"hits: {error}")
    return done


def main() -> None:
    start_read, start_write = os.pipe()
    reports = []
    for number in range(FLUSHERS):
        report_read, report_write = os.pipe()
        if os.fork() == 0:
            os.close(start_write)
            os.read(start_read, 1)  # returns when the parent closes its end: all begin at once
            os.write(report_write, json.dumps(flusher(number)).encode())
            os._exit(0)
        os.close(report_write)
        reports.append(report_read)
    os.close(start_write)
    done = [json.loads(os.fdopen(report).read()) for report in reports]
    sys.stdout.write(json.dumps({"flushers": done, "batches": BATCHES, "each": sum(range(1, BATCHES + 1))}) + "\n")


main()
