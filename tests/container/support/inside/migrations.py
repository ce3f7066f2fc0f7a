"""Migrates an empty database forward, the app's own migrations back, and forward again; says what was done."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.apps import apps  # noqa: E402  these need the apps to be loaded
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.autodetector import MigrationAutodetector  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.db.migrations.recorder import MigrationRecorder  # noqa: E402
from django.db.migrations.state import ProjectState  # noqa: E402


def applied() -> list[str]:
    """The app's own applied migrations, in their order."""
    rows = MigrationRecorder(connection).migration_qs.filter(app="links").order_by("id")
    return list(rows.values_list("name", flat=True))


def missing() -> list[str]:
    """What `makemigrations` would make."""
    loader = MigrationExecutor(connection).loader
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    return [f"{app}: {change.name}" for app, found in changes.items() for change in found]


call_command("migrate", verbosity=0)
forward = applied()
back = []
for name in [*reversed(forward[:-1]), "zero"]:
    before = applied()
    call_command("migrate", "links", name, verbosity=0)
    back += [taken for taken in reversed(before) if taken not in applied()]
left = [table for table in connection.introspection.table_names() if table.startswith("links")]
call_command("migrate", verbosity=0)
done = {"missing": missing(), "forward": forward, "back": back, "left": left}
sys.stdout.write(json.dumps(done) + "\n")
