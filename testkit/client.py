"""One visitor of `testkit.load`: asks for an address, and says how it was answered.

A visitor that keeps connections uses them again, as long as the server leaves them open. When an old one turns out to
be closed, without a byte of an answer, it asks once more on a new one: HTTP allows that for what changes nothing (RFC
9110, 9.2.2), and browsers and proxies do it.
"""

import http.client
from collections.abc import Mapping
from urllib.parse import SplitResult


class Client:
    """Makes one request at a time. asked_again: how many were sent twice, as their old connection was closed."""

    def __init__(self, headers: Mapping[str, str], timeout: float, keep_alive: bool) -> None:
        self.asked_again = 0
        self._headers = dict(headers)
        self._timeout = timeout
        self._keep_alive = keep_alive
        self._idle: dict[str, http.client.HTTPConnection] = {}

    def ask(self, url: SplitResult) -> str:
        """Return the status of the answer, or the name of the error that there was instead."""
        connection = self._idle.pop(url.netloc, None) or self._connect(url)
        try:
            status = self._answer(connection, url)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return type(error).__name__
        if self._keep_alive:
            self._idle[url.netloc] = connection
        else:
            connection.close()
        return status

    def close(self) -> None:
        """Close what is open."""
        for connection in self._idle.values():
            connection.close()
        self._idle.clear()

    def _answer(self, connection: http.client.HTTPConnection, url: SplitResult) -> str:
        used_before = connection.sock is not None
        try:
            return self._exchange(connection, url)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if not used_before:
                raise
        connection.close()
        self.asked_again += 1
        return self._exchange(connection, url)

    def _exchange(self, connection: http.client.HTTPConnection, url: SplitResult) -> str:
        path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        answer.read()
        return str(answer.status)

    def _connect(self, url: SplitResult) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        return kind(url.hostname or "", url.port, timeout=self._timeout)
