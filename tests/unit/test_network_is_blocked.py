"""Does a test that reaches for the network fail?"""

import socket

import pytest
import requests
from pytest_socket import SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_a_foreign_address_is_refused() -> None:
    """If red, a test may depend on somebody's server, and fail one day for reasons that are not ours."""
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_foreign_name_is_not_even_looked_up() -> None:
    """If red, a test leaks names to a resolver, and passes or hangs by the mood of it."""
    with pytest.raises(RuntimeError, match="no network"):
        requests.get("http://example.org/", timeout=1)


def test_a_server_of_the_tests_own_can_be_reached() -> None:
    """If red, nothing that starts a real server can be tested here."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
