"""Run as a child: processes that all create the link `same` at one moment by the API.

Arguments: an API key, and how many processes. Prints the status each of them got, one a line.
"""

import os
import sys

import django

django.setup()

from django.db import connections  # noqa: E402  needs the settings, as the client does
from django.test import Client  # noqa: E402


def main(key: str, processes: int) -> None:
    headers = {"authorization": f"Bearer {key}"}
    # Loads what a first request loads, once for all; a connection must not be shared with children.
    assert Client().get("/api/v1/links", headers=headers).status_code == 200
    connections.close_all()
    gate = os.pipe()
    children = [_fork(headers, gate) for _ in range(processes)]
    os.close(gate[0])
    os.close(gate[1])  # the last holder of its end: every child's read ends at this moment
    for child in children:
        os.waitpid(child, 0)


def _fork(headers: dict[str, str], gate: tuple[int, int]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.close(gate[1])
        os.read(gate[0], 1)
        body = {"slug": "same", "target": f"https://example.org/{os.getpid()}"}
        answer = Client().post("/api/v1/links", body, content_type="application/json", headers=headers)
        # One write for the whole line, or lines would run into each other.
        os.write(1, f"{answer.status_code}\n".encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
