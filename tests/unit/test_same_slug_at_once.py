"""When many processes create the same custom slug at the same moment, does exactly one of them get it?"""

import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from links.keys import create_key
from testkit import process
from tests.unit.support.children import SCRIPTS, WEBAPP, copy_database, environment

PROCESSES = 20


@pytest.mark.first
@pytest.mark.django_db(transaction=True)
def test_one_gets_it_and_the_others_are_told(owner: Any, tmp_path: Path) -> None:
    """If red, two people believe that a slug is theirs, or the losers of a race see an error of the server's."""
    key = create_key(owner, "race")
    file = tmp_path / "db.sqlite3"
    env = environment(tmp_path, copy_database(file), ALLOWED_HOSTS="testserver", LOG_LEVEL="ERROR")
    del env["PROMETHEUS_MULTIPROC_DIR"]
    command = [sys.executable, "-P", str(SCRIPTS / "same_slug.py"), key, str(PROCESSES)]
    done = process.run(command, cwd=WEBAPP, env=env, timeout=60)
    assert done.code == 0, done.output
    answers = Counter(done.output.splitlines())
    assert answers == {"201": 1, "409": PROCESSES - 1}, f"the processes were answered: {dict(answers)}"
    with sqlite3.connect(file) as database:
        [(stored,)] = database.execute("SELECT count(*) FROM links_link WHERE slug = 'same'").fetchall()
    database.close()
    assert stored == 1
