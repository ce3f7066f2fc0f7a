"""Does the app's own connection make MySQL strict, on a server that was set up without strictness?"""

from typing import Any

import pytest

from tests.container.support.app import App


@pytest.fixture(scope="module")
def seen(app: App) -> dict[str, Any]:
    """What the app's connection is set to, and what became of values that do not fit."""
    found: dict[str, Any] = app.script("misfits")
    return found


@pytest.mark.parametrize("misfit", ["slug of 65 characters", "negative count", "zero date", "division by zero"])
def test_a_value_that_does_not_fit_is_an_error(seen: dict[str, Any], misfit: str) -> None:
    """Red: MySQL cuts or replaces the value without a word, and a link leads to half an address."""
    assert seen["misfits"][misfit] != "accepted", (
        f"MySQL accepted a {misfit}: the app's sql_mode is {seen['sql_mode']!r}, see init_command in the settings"
    )


def test_a_transaction_sees_what_others_have_committed(seen: dict[str, Any]) -> None:
    """Red: under REPEATABLE READ a waiting flusher goes on with a picture of the counts from before its wait, and gap
    locks make flushers wait for one another."""
    assert seen["isolation"] == "READ-COMMITTED", f"isolation_level in the settings: {seen['isolation']}"
