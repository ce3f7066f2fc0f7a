"""The app as it is met from outside: by a person's browser, and by a program with an API key. Both come over https."""

import json
from typing import Any

from django.test import Client


class Browser(Client):
    """Django's test client, over https: over http the app answers with nothing but a redirect to https."""

    def generic(self, *args: Any, **kwargs: Any) -> Any:
        return super().generic(*args, **{**kwargs, "secure": True})


class Program:
    """A caller of the API.

    Args:
        key: its API key; None sends no credentials.
        address: the network address it calls from.
    """

    def __init__(self, key: str | None = None, *, address: str = "192.0.2.1") -> None:
        self._browser = Browser(REMOTE_ADDR=address, raise_request_exception=False)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **query: Any) -> Any:
        return self._browser.get(f"/api/v1{path}", query, headers=self._headers)

    def post(self, path: str, body: Any) -> Any:
        return self._send("POST", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self._send("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self._browser.delete(f"/api/v1{path}", headers=self._headers)

    def _send(self, method: str, path: str, body: Any) -> Any:
        """Sends a body: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self._browser.generic(method, f"/api/v1{path}", data, "application/json", headers=self._headers)
