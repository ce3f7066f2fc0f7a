"""Does the version before a migration go on working after it, during the rollout and after a rollback?"""

import pytest
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.unit.support.expanding import breaking

OWN_APPS = ("links",)

HOW = "expand in one release, contract in a later one and say `safe_because`: see deploy/kustomize/README.md"


def own() -> list[Migration]:
    return [one for (app, _), one in MigrationLoader(None).disk_migrations.items() if app in OWN_APPS]


def migration(*operations: Operation, safe_because: str = "") -> Migration:
    made = Migration("0002_made_up", "links")
    made.operations = list(operations)  # type: ignore[misc]  # as Django's own loader does
    made.safe_because = safe_because  # type: ignore[attr-defined]  # how it says why
    return made


def test_no_migration_breaks_the_version_before_it() -> None:
    """If red, pods of the old version fail while the new one is rolled out, and a rollback needs a migration back."""
    found = [what for one in own() for what in breaking(one)]
    assert not found, "\n".join([*found, HOW])


def test_each_migration_is_one_operation() -> None:
    """If red, a migration that fails halfway on MySQL can neither be repeated nor taken back."""
    many = [f"{one.app_label}.{one.name}: {len(one.operations)}" for one in own() if not one.initial]
    several = [told for told in many if not told.endswith(": 1")]
    assert not several, f"more than one operation in a migration, and MySQL rolls no change of a table back: {several}"


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("link", "enabled"),
        migrations.RenameField("link", "target", "destination"),
        migrations.RenameModel("Hit", "Visit"),
        migrations.DeleteModel("Hit"),
        migrations.AlterField("link", "target", models.CharField(max_length=80)),
        migrations.AddField("link", "purpose", models.CharField(max_length=80)),
        migrations.AddField("link", "purpose", models.CharField(max_length=80, default="none")),
        migrations.AddConstraint("hit", models.UniqueConstraint(fields=["link_id"], name="one")),
        migrations.AlterModelTable("hit", "visits"),
        migrations.AlterUniqueTogether("hit", {("link_id", "at")}),
        migrations.RunSQL("DROP TABLE links_hit"),
        migrations.RunPython(migrations.RunPython.noop),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_breaks_the_old_version_is_found(operation: Operation) -> None:
    """If red, the rule lets something through that fails the old version, and the first to know are visitors."""
    assert list(breaking(migration(operation))), f"{operation.describe()} is taken for harmless"
    marked = list(breaking(migration(operation, safe_because="nobody uses it since 2026.11")))
    assert not marked, f"refused although it says why nobody is hurt: {marked}"


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Tag", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("link", "purpose", models.CharField(max_length=80, null=True)),
        migrations.AddField("link", "purpose", models.CharField(max_length=80, db_default="none")),
        migrations.AddIndex("hit", models.Index(fields=["at"], name="hits_by_time")),
        migrations.RemoveIndex("link", "links_by_owner"),
        migrations.RemoveConstraint("dailyclicks", "one_count_a_day"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_expands_is_let_through(operation: Operation) -> None:
    """If red, people give reasons for harmless migrations, and soon nobody reads them any more."""
    found = list(breaking(migration(operation)))
    assert not found, f"{operation.describe()} is taken for harmful: {found}"
