"""The repository's Compose stack, as everybody starts it, under a project name and a web port of the run's own.

`docker-compose.ci.yml` is added, as in CI, so that it is the tested image that runs; it overrides nothing else, which a
test of its own holds.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from testkit import containers, evidence, process, wait
from testkit.containers import Container
from tests.container.compose.files import CI, MAIN

# Seconds for the stack to come up healthy from nothing on a busy machine; MySQL's first start is most of it.
PATIENCE = 180
# Seconds for a service to serve again after a restart.
BACK = 60


@dataclass(frozen=True)
class Account:
    """A person who may log in, with a key to the API."""

    name: str
    password: str = field(repr=False)
    key: str = field(repr=False)


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    root: Path
    project: str
    port: int
    image: str
    environment: Mapping[str, str]
    # Each service's State right after the first `up`: tests that restart services come in any order.
    at_first: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Of docker compose, for each command: a further file, a profile.
    options: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Its address as PUBLIC_URL has it; cookies and the Host check depend on the name."""
        return f"http://localhost:{self.port}"

    def compose(self, *arguments: str, timeout: float = PATIENCE) -> str:
        """Run a command of docker compose on the stack, and return its output. It must succeed."""
        files = [f"--file={self.root / MAIN}", f"--file={self.root / CI}"]
        command = ["docker", "compose", *files, *self.options, *arguments]
        done = process.run(command, timeout=timeout, cwd=self.root, env=self._environment())
        assert done.code == 0, (
            f"docker compose {' '.join(arguments)} ended with code {done.code}:\n{self._explained(done.output)}"
        )
        return done.output

    def up(self) -> None:
        """Bring it up as the README says, but without building, and wait until it is healthy."""
        self.compose("up", "--no-build", "--wait")

    def container(self, service: str) -> Container:
        """Return the service's container, running or ended."""
        filters = {"label": [f"com.docker.compose.project={self.project}", f"com.docker.compose.service={service}"]}
        found = containers.engine().containers.list(all=True, filters=filters)
        assert len(found) == 1, f"{service} has {len(found)} containers"
        return Container(found[0])

    def manage(self, *arguments: str) -> str:
        """Run manage.py in the web service, and return what it prints."""
        return self.container("webapp").exec(["python", "manage.py", *arguments]).strip()

    def account(self) -> Account:
        """Make an account the way the README tells people to."""
        name = f"person-{secrets.token_hex(4)}"
        return Account(name, self.manage("create_user", name), self.manage("create_api_key", name))

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url + path, **{"timeout": 15, "allow_redirects": False, **options})

    def link(self, account: Account, target: str = "https://example.org/there") -> str:
        """Make a link through the API, and return its slug."""
        headers = {"Authorization": f"Bearer {account.key}"}
        answer = requests.post(f"{self.url}/api/v1/links", json={"target": target}, headers=headers, timeout=15)
        assert answer.status_code == 201, f"making a link was answered with {answer.status_code}: {answer.text}"
        return str(answer.json()["slug"])

    def visits(self, account: Account, slug: str) -> int:
        """Return the visits of a link that have been folded into the counts, once a database is there to ask."""
        headers = {"Authorization": f"Bearer {account.key}"}

        def probe() -> requests.Response | wait.NotYet:
            answer = requests.get(f"{self.url}/api/v1/links/{slug}/statistics", headers=headers, timeout=15)
            return answer if answer.ok else wait.NotYet(f"{answer.status_code}: {answer.text}")

        answer = wait.until(probe, BACK, every=0.1, why=f"the statistics of {slug}")
        return int(answer.json()["total"])

    def wait_until_it_serves(self, slug: str) -> None:
        """Wait until a link redirects, and the web service finds both stores."""

        def probe() -> bool | wait.NotYet:
            ready = self.get("/healthz/ready")
            stores = {name: ready.json().get(name) for name in ("database", "redis")} if ready.ok else {}
            redirect = self.get(f"/{slug}").status_code
            if redirect == 302 and set(stores.values()) == {"ok"}:
                return True
            return wait.NotYet(f"/{slug} answers {redirect}, /healthz/ready {ready.status_code}: {ready.text}")

        wait.until(probe, BACK, every=0.1, why=f"{self.project} to serve again", hint="see the logs in the evidence")

    def secrets(self) -> dict[str, str]:
        """Return every secret that the stack made for itself, by file."""
        script = 'for f in /secrets/*/*; do [ -s $f ] && echo "$f $(cat $f)"; done'
        volumes = {
            f"{self.project}_{name}-secrets": {"bind": f"/secrets/{name}", "mode": "ro"}
            for name in ("app", "mysql", "redis")
        }
        output = containers.engine().containers.run(
            self.image, ["sh", "-c", script], volumes=volumes, remove=True, network_mode="none", user="0"
        )
        return dict(line.split(" ", 1) for line in output.decode().splitlines())

    def collect(self, folder: evidence.Folder) -> None:
        """Write the state and the log of every service into a failed test's folder."""
        for sdk in containers.engine().containers.list(
            all=True, filters={"label": f"com.docker.compose.project={self.project}"}
        ):
            folder.write(f"{sdk.name}.log", Container(sdk).logs(since=folder.since))
            folder.write_json(f"{sdk.name}.json", sdk.attrs)

    def _containers(self) -> list[Any]:
        label = {"label": f"com.docker.compose.project={self.project}"}
        return list(containers.engine().containers.list(all=True, filters=label))

    def _environment(self) -> dict[str, str]:
        own = {"COMPOSE_PROJECT_NAME": self.project, "WEB_PORT": str(self.port), "APP_IMAGE": self.image}
        return {**os.environ, **self.environment, **own}

    def _explained(self, output: str) -> str:
        """Compose's output names the service that failed; its log says why."""
        states = [(each, each.state()) for each in map(Container, self._containers())]
        bad = [
            f"{each.name} is {state['Status']}, code {state['ExitCode']}; {each.tail()}"
            for each, state in states
            if state["ExitCode"] or state.get("Restarting") or (state.get("Health") or {}).get("Status") == "unhealthy"
        ]
        return evidence.redacted("\n".join([output[-1500:], *bad]))
