"""What is compared, and how each is started: the same server, on the same core, with the same number of threads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import requests

from benchmarks import stand
from benchmarks.redirects import load
from benchmarks.redirects.load import CONNECTIONS, Measured, Pages, Server

OWNER = "bench"
# So few that nearly every visit meets a link that is still fresh (4 s).
HOT_LINKS = 20
# So many that none is visited twice within its freshness, at any speed that one core reaches.
COLD_LINKS = 40_000
# Of a list that may be long, the answers compared one by one before and after the load.
COMPARED = 20


@dataclass(frozen=True)
class Kind:
    """A contender before it runs.

    links: number of links visited in turn; 0 for an application that has none.
    cached: whether look-ups must be answered from a cache (True) or never (False).
    stores: "redis" or "" (embedded).
    """

    key: str
    title: str
    application: str
    links: int = 0
    cached: bool = True
    stores: str = ""


KINDS = (
    Kind("a", "no-op WSGI application: the server's limit", "benchmarks.redirects.noop_wsgi"),
    Kind("b", "no-op Django view, default middleware", "benchmarks.redirects.noop_django"),
    Kind("c", "cached redirect, counted; embedded (SQLite)", "config.wsgi", HOT_LINKS),
    Kind("d", "cached redirect, counted; Redis", "config.wsgi", HOT_LINKS, stores="redis"),
    Kind("e", "uncached redirect, counted; Redis, link read from SQLite", "config.wsgi", COLD_LINKS, False, "redis"),
    Kind("f", "as c, but an UPDATE per hit", "benchmarks.redirects.update_per_hit", HOT_LINKS),
)


class Place(Protocol):
    """Where a contender runs: on this machine, or in a container of the image."""

    @property
    def env(self) -> Mapping[str, str]:
        """The app's environment."""

    def manage(self, *arguments: str) -> None:
        """Runs a command of manage.py to its end."""

    def clerk(self, *arguments: str) -> Any:
        """Asks `benchmarks.clerk`, and returns its answer."""


@dataclass(frozen=True)
class Host:
    """This machine."""

    env: Mapping[str, str]

    def manage(self, *arguments: str) -> None:
        stand.manage(self.env, *arguments)

    def clerk(self, *arguments: str) -> Any:
        return stand.clerk(self.env, *arguments)


@dataclass
class Running:
    """A contender's server, and every answer it has given."""

    kind: Kind
    place: Place
    server: Server
    pages: Pages
    load_core: int
    answered: int = 0
    in_flight: int = 0
    runs: list[Measured] = field(default_factory=list)

    @property
    def env(self) -> Mapping[str, str]:
        return self.place.env

    def measure(self, seconds: float) -> Measured:
        """Loads the server; a run's last requests may be on their way when wrk stops listening."""
        origin = stand.address(self.env)
        done = load.run(origin, self.pages, self.server, first=self.answered, seconds=seconds, core=self.load_core)
        self.answered += done.answers
        self.in_flight += CONNECTIONS
        return done

    def check_answers(self) -> None:
        """Compares each page's answer with the one expected. Raises SystemExit on the first that differs."""
        for path, location in list(self.pages.expected.items())[:COMPARED]:
            url = stand.address(self.env) + path
            answer = requests.get(url, headers=stand.PROXY_HEADERS, allow_redirects=False, timeout=stand.PATIENCE)
            self.answered += 1
            seen = answer.status_code, answer.headers.get("Location", "")
            if seen != (wanted := (302 if location else 200, location)):
                raise SystemExit(f"({self.kind.key}) {path} was answered {seen}, expected {wanted}")

    def check_counts(self) -> None:
        """Folds what waits and compares the counts with the answers. Raises SystemExit when the promise is broken."""
        if not self.kind.links:
            return
        self._check_caching()
        unknown = int(stand.metric(self.env, "strata_redis_unknown_fate_total"))
        self.place.manage("flush_clicks")
        counts = self.place.clerk("counts", OWNER)
        most = self.answered + self.in_flight + unknown
        if counts["waiting"] or not self.answered <= counts["stored"] <= most:
            raise SystemExit(
                f"({self.kind.key}) answered <= stored <= attempted is broken: answered {self.answered}, stored "
                f"{counts['stored']}, attempted and of unknown fate {most}, still waiting {counts['waiting']}"
            )

    def _check_caching(self) -> None:
        cached = sum(
            stand.metric(self.env, f'strata_link_cache_lookups_total{{result="{result}"}}')
            for result in ("hit", "local")
        )
        share = cached / self.answered
        if (share < 0.95) if self.kind.cached else (share > 0.01):
            wanted = "nearly all" if self.kind.cached else "none"
            raise SystemExit(
                f"({self.kind.key}) {share:.0%} of the look-ups were answered from a cache, wanted {wanted}"
            )


@contextmanager
def start(kind: Kind, folder: Path, redis_url: str, cores: tuple[int, int]) -> Iterator[Running]:
    """Starts a contender on the first core, to be loaded from the second; stops it on leaving."""
    env = stand.environment(folder, database_url=stand.sqlite(folder), redis_url=redis_url if kind.stores else "")
    place = Host(env)
    pages = Pages.write(expected_answers(kind, place), folder / "pages")
    prefix = ["taskset", "-c", str(cores[0])]
    config, ready = server_of(kind)
    with stand.server(env, application=kind.application, config=config, ready=ready, prefix=prefix) as server:
        yield Running(kind, place, server, pages, cores[1])


def server_of(kind: Kind) -> tuple[str, str]:
    """Return the module with gunicorn's settings, and the path that answers 200 when the server is ready."""
    return ("config.server", "/healthz/ready") if kind.links else ("benchmarks.redirects.plain_server", "/")


def expected_answers(kind: Kind, place: Place) -> dict[str, str]:
    """Make what the contender is asked for, and return it as path -> Location."""
    if not kind.links:
        return {"/": ""}
    place.manage("migrate", "--verbosity", "0")
    links = place.clerk("seed", OWNER, "--links", str(kind.links))
    return {f"/{slug}": target for slug, target in links.items()}
