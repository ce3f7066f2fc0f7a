"""Tries to store values that do not fit, over the app's own connection, and says what became of them."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import DatabaseError, connection, transaction  # noqa: E402  needs the apps to be loaded

STATEMENTS = {
    "slug of 65 characters": (
        "INSERT INTO links_link (slug, target, enabled, created_at, updated_at, owner_id)"
        " SELECT REPEAT('x', 65), 'https://target.example/', 1, NOW(6), NOW(6), MIN(id) FROM auth_user"
    ),
    "negative count": (
        "INSERT INTO links_dailyclicks (link_id, day, count) SELECT MIN(id), '2001-01-01', -1 FROM links_link"
    ),
    "zero date": "INSERT INTO links_hit (link_id, at) VALUES (1, '0000-00-00 00:00:00')",
    "division by zero": "INSERT INTO links_hit (link_id, at) VALUES (1 / 0, NOW(6))",
}


def attempt(statement: str) -> str:
    """Runs a statement, takes it back, and returns the error or `accepted`."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return "accepted"


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT @@SESSION.{name}")
        return str(cursor.fetchone()[0])


seen = {
    "misfits": {name: attempt(statement) for name, statement in STATEMENTS.items()},
    "sql_mode": setting("sql_mode"),
    "isolation": setting("transaction_isolation"),
}
sys.stdout.write(json.dumps(seen) + "\n")
