"""Does an uncached visit cost MySQL one row, found by the slug's unique index?"""

import uuid

import pytest

from tests.container.support import owners
from tests.container.support.app import App
from tests.container.support.stores import MySql, Row


@pytest.fixture(scope="module")
def statements(app: App, mysql: MySql) -> list[str]:
    """The statements on links that MySQL really got for one visit of a link that no cache knows."""
    slug = owners.make(mysql).link(app, slug=f"hot-{uuid.uuid4().hex}")
    mysql.query("SET GLOBAL log_output = 'TABLE'", database=None)
    mysql.query("SET GLOBAL general_log = ON", database=None)
    try:
        assert app.get(f"/{slug}").status_code == 302
    finally:
        mysql.query("SET GLOBAL general_log = OFF", database=None)
    rows = mysql.query(
        "SELECT CONVERT(argument USING utf8mb4) AS statement FROM mysql.general_log"
        " WHERE command_type = 'Query' AND argument LIKE %s",
        f"%{slug}%",
        database=None,
    )
    return [row["statement"] for row in rows if "mysql.general_log" not in row["statement"]]


def plan(mysql: MySql, statement: str) -> Row:
    (step,) = mysql.query(f"EXPLAIN FORMAT=TRADITIONAL {statement}".replace("%", "%%"))
    return step


def test_a_visit_that_no_cache_knows_is_one_statement(statements: list[str]) -> None:
    """Red: a miss costs several round trips, and a cold start multiplies the load on MySQL."""
    assert len(statements) == 1, f"one visit asked MySQL {len(statements)} times: {statements}"


def test_the_statement_finds_its_row_by_the_unique_index_on_slug(statements: list[str], mysql: MySql) -> None:
    """Red: each miss reads the whole table; with a million links the site stands still."""
    step = plan(mysql, statements[0])
    assert step["type"] in {"const", "eq_ref"}, (
        f"MySQL reads links by {step['type']!r} ({step['rows']} rows, key {step['key']}), not by the unique index on"
        f" slug: {statements[0]}"
    )
    columns = mysql.query("SHOW INDEX FROM links_link WHERE Key_name = %s", step["key"])
    assert [(row["Column_name"], row["Non_unique"]) for row in columns] == [("slug", 0)], (
        f"the index that MySQL takes is {step['key']}: {columns}"
    )
