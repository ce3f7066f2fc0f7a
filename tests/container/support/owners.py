"""Accounts with an API key, and what they do with their links.

They are made by SQL: a command of manage.py takes a second, and most tests want an account of their own.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.container.support.app import App
from tests.container.support.stores import DATABASE, MySql

TARGET = "https://target.example/there"


@dataclass(frozen=True)
class Owner:
    """An account: its row's id, and a key to the API."""

    id: int
    key: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def ask(self, app: App, method: str, path: str = "", **options: Any) -> requests.Response:
        """Send a request to /api/v1/links with the key."""
        url = f"{app.url}/api/v1/links{path}"
        return requests.request(method, url, headers=self.headers, **{"timeout": 15, **options})

    def create(self, app: App, target: str = TARGET, **fields: Any) -> requests.Response:
        return self.ask(app, "POST", json={"target": target, **fields})

    def link(self, app: App, target: str = TARGET, **fields: Any) -> str:
        """Create a link, which must succeed, and return its slug."""
        answer = self.create(app, target, **fields)
        assert answer.status_code == 201, f"creating a link was answered with {answer.status_code}: {answer.text}"
        return str(answer.json()["slug"])

    def change(self, app: App, slug: str, **changes: Any) -> None:
        """Change a link, which must succeed."""
        answer = self.ask(app, "PATCH", f"/{slug}", json=changes)
        assert answer.status_code == 200, f"changing {slug} was answered with {answer.status_code}: {answer.text}"


def make(mysql: MySql, database: str = DATABASE) -> Owner:
    """Insert an account and its key."""
    key = f"strata_{secrets.token_urlsafe(32)}"
    name = uuid.uuid4().hex
    with mysql.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff,"
            " is_active, date_joined) VALUES ('!', 0, %s, '', '', '', 0, 1, UTC_TIMESTAMP(6))",
            (name,),
        )
        owner = cursor.lastrowid
        cursor.execute(
            "INSERT INTO links_apikey (owner_id, name, digest, created_at) VALUES (%s, %s, %s, UTC_TIMESTAMP(6))",
            (owner, name, hashlib.sha256(key.encode()).hexdigest()),
        )
    return Owner(owner, key)
