"""The release from outside, through the ingress controller, and what its pods say about themselves."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from testkit.kube.kubectl import Kubectl
from testkit.load import Load, steady_load
from tests.k8s.support.names import HOST

TARGET = "https://example.org/there"


@dataclass(frozen=True)
class Owner:
    """An account with an API key."""

    name: str
    key: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


class Site:
    """The address at which the ingress controller answers, with the Host that it goes by."""

    def __init__(self, url: str, kubectl: Kubectl) -> None:
        self.url = url
        self._kubectl = kubectl

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET a path, on a connection of its own, without following redirects."""
        return self._ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """POST to a path, as `get` does."""
        return self._ask("POST", path, **options)

    def patch(self, path: str, **options: Any) -> requests.Response:
        """PATCH a path, as `get` does."""
        return self._ask("PATCH", path, **options)

    def owner(self) -> Owner:
        """Make an account the way the README tells people to."""
        name = f"owner-{secrets.token_hex(4)}"
        self._manage("create_user", name)
        return Owner(name, self._manage("create_api_key", name))

    def create(self, owner: Owner, **fields: Any) -> requests.Response:
        """Ask the API for a link, and return its answer."""
        return self.post("/api/v1/links", json={"target": TARGET, **fields}, headers=owner.headers)

    def version(self) -> str:
        """Return the release that the app itself says it is."""
        answer = self.get("/healthz/ready")
        assert answer.ok, f"the app is not ready: {answer.status_code}: {answer.text}"
        return str(answer.json()["version"])

    def link(self, owner: Owner, **fields: Any) -> str:
        """Make a link through the API, and return its slug."""
        answer = self.create(owner, **fields)
        assert answer.status_code == 201, f"making a link was answered with {answer.status_code}: {answer.text}"
        return str(answer.json()["slug"])

    def stored(self, owner: Owner, slug: str) -> int:
        """Return the visits of a link that have been folded into the counts."""
        answer = self.get(f"/api/v1/links/{slug}/statistics", headers=owner.headers)
        assert answer.ok, f"the statistics of {slug} were answered with {answer.status_code}: {answer.text}"
        return int(answer.json()["total"])

    @contextmanager
    def visits(self, slug: str, rate: float = 100, **options: Any) -> Iterator[Load]:
        """Follow a link at a constant rate through the ingress."""
        options = {"expect": {302}, "headers": {"Host": HOST}, **options}
        with steady_load(f"{self.url}/{slug}", rate=rate, **options) as traffic:
            yield traffic

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Host": HOST, **options.pop("headers", {})}
        options = {"timeout": 15, "allow_redirects": False, **options}
        return requests.request(method, self.url + path, headers=headers, **options)

    def _manage(self, *arguments: str) -> str:
        return self._kubectl.exec("deployment/webapp", ["python", "manage.py", *arguments], "web").strip()
