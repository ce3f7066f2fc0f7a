"""Do the app's migrations run on MySQL, back to nothing, and forward again to the same schema?"""

from typing import Any

import pytest

from tests.container.support.app import App
from tests.container.support.stores import DATABASE, MySql, Row

SCRATCH = "strata_migrations"


@pytest.fixture(scope="module")
def log(app: App, mysql: MySql) -> dict[str, Any]:
    """What was done to an empty database: forward, the app's own migrations back, and forward again."""
    mysql.query(f"CREATE DATABASE {SCRATCH}", database=None)
    done: dict[str, Any] = app.script("migrations", env={"DATABASE_URL": mysql.url(SCRATCH)})
    return done


def schema(mysql: MySql, database: str) -> list[Row]:
    """Every column and every index of the app's own tables, as MySQL's catalogue has them."""
    columns = mysql.query(
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLLATION_NAME FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA = %s AND TABLE_NAME LIKE 'links%%' ORDER BY 1, 2",
        database,
    )
    indexes = mysql.query(
        "SELECT TABLE_NAME, COLUMN_NAME, SEQ_IN_INDEX, NON_UNIQUE, COLLATION FROM information_schema.STATISTICS"
        " WHERE TABLE_SCHEMA = %s AND TABLE_NAME LIKE 'links%%' ORDER BY 1, INDEX_NAME, 3",
        database,
    )
    return [*columns, *indexes]


def test_migrations_can_be_taken_back_and_run_again(log: dict[str, Any]) -> None:
    """Red: a release cannot be deployed, or cannot be taken back, on MySQL."""
    assert log["missing"] == [], f"models have changes that no migration makes: {log['missing']}"
    assert log["forward"], "there is no migration at all"
    assert log["back"] == [*reversed(log["forward"])], f"forward {log['forward']}, back {log['back']}"
    assert log["left"] == [], f"tables that are still there after all migrations were taken back: {log['left']}"


def test_the_schema_is_the_same_the_second_time(log: dict[str, Any], mysql: MySql) -> None:
    """Red: a taken-back migration leaves something behind, and environments differ from each other."""
    again, fresh = schema(mysql, SCRATCH), schema(mysql, DATABASE)
    different = [row for row in again if row not in fresh] + [row for row in fresh if row not in again]
    assert fresh, "the servers' own database has no schema: this test would prove nothing"
    assert not different, f"not the same after forward, back, forward: {different}"
