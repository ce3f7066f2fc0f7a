"""The app in processes of its own, on a database file of its own."""

import os
import sqlite3
from pathlib import Path

from django.db import connection

WEBAPP = Path(__file__).parents[3] / "webapp"
# Run them with -P, or this folder's modules hide some of the standard library's.
SCRIPTS = Path(__file__).parent


def copy_database(to: Path) -> str:
    """Copies the test's database, with what the test has put into it, to a file; returns its DATABASE_URL.

    Raises RuntimeError inside a transaction, where SQLite would wait for its end.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a test that copies the database needs: @pytest.mark.django_db(transaction=True)")
    connection.ensure_connection()
    copy = sqlite3.connect(to)
    connection.connection.backup(copy)
    # What a writing process would otherwise have to do first, while all others wait for it.
    copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    return f"sqlite:///{to}"


def environment(folder: Path, database_url: str, **variables: str) -> dict[str, str]:
    """The environment of a child that runs the app as production does."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(WEBAPP),
        "PYTHONWARNINGS": "default",
        "DATABASE_URL": database_url,
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "BIND_ADDRESS": "127.0.0.1",
        "PUBLIC_URL": "http://127.0.0.1",
        **variables,
    }
