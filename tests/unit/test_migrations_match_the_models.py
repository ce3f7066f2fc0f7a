"""Do the migrations lead to exactly the schema that the models describe, in one order, there and back?"""

import contextlib
import io
from copy import copy
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from links.models import Link

OWN_APPS = ("links",)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    """If red, the new code asks for a column that no deployment will ever make."""
    found = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("makemigrations", "--check", "--dry-run", stdout=found)
    changes = found.getvalue()
    assert "No changes detected" in changes, f"the models have changed; run manage.py makemigrations for\n{changes}"


@pytest.mark.parametrize("app", OWN_APPS)
def test_migrations_follow_one_another(app: str) -> None:
    """If red, two branches added a migration each, and deployments apply them in any order, or not at all."""
    graph = MigrationLoader(None).graph
    assert len(graph.leaf_nodes(app)) == 1, f"several last migrations: {graph.leaf_nodes(app)}; merge them"
    names = sorted(name for label, name in graph.nodes if label == app)
    numbers = [int(name.split("_")[0]) for name in names]
    assert numbers == list(range(1, len(names) + 1)), f"the numbers have gaps or doubles: {names}"


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("links_")}


@pytest.mark.django_db(transaction=True)
def test_migrations_go_back_and_forward_again() -> None:
    """If red, a deployment that went wrong cannot be taken back."""
    before = tables()
    assert before, "no table of the app's own was found"
    try:
        call_command("migrate", "links", "zero", verbosity=0)
        assert not tables(), f"these tables are left behind: {tables()}"
    finally:
        call_command("migrate", verbosity=0)
    assert tables() == before


def collation(field: Any, vendor: str) -> str | None:
    """The collation that a column is made with on a kind of database."""
    database = copy(connections["default"])
    database.vendor = vendor
    found: str | None = field.db_parameters(database).get("collation")
    return found


@pytest.mark.parametrize("source", ["model", "migrations"])
def test_slugs_are_compared_letter_by_letter_on_mysql(source: str) -> None:
    """If red, MySQL takes aB and Ab for the same slug, and people land on somebody else's target."""
    model = Link if source == "model" else MigrationLoader(None).project_state().apps.get_model("links", "Link")
    slug = model._meta.get_field("slug")
    found = collation(slug, "mysql")
    assert found is not None, "on MySQL the slug has the server's default collation, which ignores case"
    assert found.endswith(("_bin", "_cs")), f"on MySQL the slug's collation is {found}"
    assert collation(slug, "sqlite") is None, "SQLite compares letter by letter by itself, and knows no such collation"


@pytest.mark.parametrize("source", ["model", "migrations"])
def test_slugs_are_found_by_a_unique_index(source: str) -> None:
    """If red, two processes store the same slug, and each redirect reads the whole table."""
    model = Link if source == "model" else MigrationLoader(None).project_state().apps.get_model("links", "Link")
    assert model._meta.get_field("slug").unique
