"""Do `wait_for` and `migrate --wait` wait for as long as something is missing, say what it is, and end then?"""

from collections.abc import Callable
from contextlib import ExitStack
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.unit.support.outages import database_away

pytestmark = pytest.mark.django_db


def said(what: str) -> str:
    output = StringIO()
    call_command("wait_for", what, stdout=output)
    return output.getvalue()


@pytest.fixture
def at_each_pause(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Does one thing at each pause of the command, and refuses one pause more."""

    def plan(*steps: Callable[[], object]) -> None:
        left = list(steps)

        def pause(_seconds: float) -> None:
            assert left, "the command waits on, although nothing is missing any more"
            left.pop(0)()

        monkeypatch.setattr("links.management.commands.wait_for.time.sleep", pause)

    return plan


@pytest.mark.parametrize("what", ["database", "migrations"])
def test_it_ends_at_once_where_nothing_is_missing(at_each_pause: Callable[..., None], what: str) -> None:
    """If red, every pod starts later than it could, or never."""
    at_each_pause()
    assert said(what) == f"{what}: there\n"


@pytest.mark.parametrize("what", ["database", "migrations"])
def test_it_waits_while_the_database_is_away(at_each_pause: Callable[..., None], what: str) -> None:
    """If red, the first deployment fails because MySQL takes longer to start than the app."""
    with ExitStack() as outage:
        outage.enter_context(database_away())
        at_each_pause(lambda: None, outage.close)
        lines = said(what).splitlines()
    assert len(lines) == 2, f"the same reason is said again at each look: {lines}"
    assert "gone away" in lines[0], f"the database's own words are missing: {lines[0]}"


def test_migrate_waits_for_the_database_when_told_to(at_each_pause: Callable[..., None]) -> None:
    """If red, the first deployment's migration fails, and is not tried again."""
    output = StringIO()
    with ExitStack() as outage:
        outage.enter_context(database_away())
        at_each_pause(lambda: None, outage.close)
        # With the checks that the command line does first, of which some ask the database.
        call_command("migrate", "--no-input", "--wait", stdout=output, skip_checks=False)
    lines = output.getvalue().splitlines()
    assert "gone away" in lines[0], f"it does not say what it waits for: {lines[0]}"
    assert lines[1] == "database: there"
    assert "No migrations to apply" in lines[-1], f"it has waited, and not migrated: {lines}"


def test_migrate_waits_for_nothing_unless_told_to(at_each_pause: Callable[..., None]) -> None:
    """If red, a migration by hand on a wrong address hangs instead of saying so."""
    at_each_pause()
    with database_away(), pytest.raises(OperationalError, match="gone away"):
        call_command("migrate", "--no-input", stdout=StringIO())


def test_it_waits_for_each_migration_and_names_the_first(at_each_pause: Callable[..., None]) -> None:
    """If red, a new version meets the schema of the old one, and answers with errors."""
    recorder = MigrationRecorder(connection)
    ((_, last),) = MigrationLoader(connection).graph.leaf_nodes("links")
    recorder.record_unapplied("links", last)
    at_each_pause(lambda: recorder.record_applied("links", last))
    assert said("migrations").splitlines() == [
        f"waiting: 1 migrations are still to be done, first links.{last}",
        "migrations: there",
    ]


def test_it_does_not_mind_a_schema_that_is_ahead(at_each_pause: Callable[..., None]) -> None:
    """If red, the version before this one cannot start on the new schema, and a rollback hangs."""
    MigrationRecorder(connection).record_applied("links", "9999_of_a_later_release")
    at_each_pause()
    assert said("migrations") == "migrations: there\n"
