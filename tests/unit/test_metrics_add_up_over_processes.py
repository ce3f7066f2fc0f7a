"""With several worker processes, is a scrape the truth about all of them, the dead ones included?"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from links.models import Link
from testkit import process
from tests.unit.support.children import SCRIPTS, WEBAPP, copy_database, environment

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_one_of_them_dead(make_link: Callable[..., Link], tmp_path: Path) -> None:
    """If red, a dashboard shows one worker's share, jumps between workers, or keeps what a dead one believed."""
    make_link("spring")
    leftover = tmp_path / "metrics" / "counter_1.db"
    leftover.parent.mkdir()
    leftover.write_bytes(b"of the last run")
    env = environment(tmp_path, copy_database(tmp_path / "db.sqlite3"), LOG_LEVEL="ERROR")
    done = process.run([sys.executable, "-P", str(SCRIPTS / "workers.py"), "3", "4"], cwd=WEBAPP, env=env, timeout=60)
    assert done.code == 0, done.output
    assert not leftover.exists(), "what the last run had counted is added to this one's"
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(done.output)
        for sample in family.samples
    }
    assert samples["strata_redirects_total", "found"] == 7, "counters are the sum of all workers, dead or alive"
    assert samples["strata_click_queue_length", "table"] == 7, "the queue is one, and counted once"
    assert samples["strata_http_request_duration_seconds_count", "3xx", "redirect"] == 7
    assert samples["strata_breaker_open", "database"] == 1, "one worker that sees a store away is enough"
    assert samples["strata_breaker_open", "redis"] == 0, "a dead worker's circuit is open for ever"
    assert samples["strata_build_info", "dev"] == 1
    assert not any("pid" in line for line in done.output.splitlines() if line.startswith("strata_"))
