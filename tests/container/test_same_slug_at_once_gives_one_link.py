"""Twenty clients ask for the same slug at the same moment: does exactly one get it?"""

import json
import socket
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack

from tests.container.support.app import App
from tests.container.support.owners import Owner
from tests.container.support.stores import MySql

CLIENTS = 20


def at_once(replicas: Sequence[App], request: bytes) -> list[int]:
    """Send the request on CLIENTS connections, in turn to each server, and return the statuses.

    The last byte is held back until all other bytes have arrived: then the servers get every request within a
    millisecond, which no number of processes with a barrier achieves.
    """
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", replicas[n % len(replicas)].port), timeout=30))
            for n in range(CLIENTS)
        ]
        for line in lines:
            line.sendall(request[:-1])
        for line in lines:
            line.sendall(request[-1:])
        return [int(line.makefile("rb").readline().split()[1]) for line in lines]


def test_one_client_gets_the_slug_and_all_others_are_told(
    replicas: tuple[App, App], owner: Owner, mysql: MySql
) -> None:
    """Red: two owners believe that the link is theirs, or somebody gets an error 500 instead of a sentence."""
    slug = f"race-{uuid.uuid4().hex}"
    body = json.dumps({"target": "https://target.example/", "slug": slug}).encode()
    head = (
        f"POST /api/v1/links HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {owner.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    statuses = Counter(at_once(replicas, head.encode() + body))
    assert statuses == {201: 1, 409: CLIENTS - 1}, (
        f"one 201 and {CLIENTS - 1} times 409 were due for the slug {slug}; the statuses are {dict(statuses)}"
    )
    rows = mysql.value("SELECT COUNT(*) FROM links_link WHERE slug = %s", slug)
    assert rows == 1, f"{rows} rows have the slug {slug}: its unique index is missing"
