"""A connection breaks while a transaction begins: does the thread work again afterwards?"""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.core.signals import request_started
from django.db import OperationalError, connection, transaction

from ops import database

pytestmark = pytest.mark.django_db(transaction=True)


def gone(*_args: Any) -> None:
    raise OperationalError(2006, "Server has gone away")


@pytest.fixture
def broken() -> Iterator[None]:
    """The thread's connection as a MySQL that ends leaves it: Django believes that a transaction is open."""
    connection.set_autocommit(False)
    with patch.object(connection, "savepoint", gone), pytest.raises(OperationalError), transaction.atomic():
        pass
    assert connection.in_atomic_block, "Django mends this by itself now: ops.database.mend can go"
    # As soon as anything closes the connection, no new one may be opened.
    connection.closed_in_transaction = True
    yield
    connection.in_atomic_block = connection.closed_in_transaction = False
    connection.set_autocommit(True)


def assert_mended() -> None:
    assert not connection.in_atomic_block, "Django still believes in a transaction that nobody can end"
    assert not connection.closed_in_transaction, "Django still refuses to open a new connection"


def test_the_next_request_of_the_thread_starts_afresh(broken: None) -> None:
    """If red, one thread more answers with errors after each outage of MySQL, until the server is restarted."""
    request_started.send(sender=None, environ={})
    assert_mended()


def test_the_next_round_of_the_flusher_starts_afresh(broken: None) -> None:
    """If red, a restart of MySQL at the wrong moment ends all counting until somebody restarts the flusher."""
    call_command("flush_clicks")
    assert_mended()


def test_a_transaction_that_is_open_is_left_alone() -> None:
    """If red, a signal in the middle of a transaction throws its work away."""
    with transaction.atomic():
        database.mend()
        assert connection.in_atomic_block
