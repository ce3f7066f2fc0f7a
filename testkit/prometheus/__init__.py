"""A running Prometheus as a value, and what is written for one: rules, dashboards.

    prometheus = Prometheus("http://localhost:9090")
    prometheus.wait_until_all_up(timeout=60)      # names each target that is not, and why
    prometheus.query("sum(up)")                   # a list of Sample
    prometheus.selectors("rate(a[5m]) > b")       # what an expression reads, as Prometheus itself parses it
    prometheus.alerts()                           # {"RedisAway": "firing"}

`testkit.prometheus.files` reads rules and dashboards, `testkit.prometheus.promtool` checks them in Prometheus' image.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from testkit import wait

_TIMEOUT = 10


class QueryRefused(ValueError):
    """Prometheus does not take an expression; the message says which, and what it says about it."""


@dataclass(frozen=True)
class Sample:
    """One series of an answer with its value now."""

    labels: Mapping[str, str]
    value: float

    @property
    def is_number(self) -> bool:
        return not math.isnan(self.value)


@dataclass(frozen=True)
class Series:
    """One series of an answer over time: pairs of Unix time and value."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Target:
    """What is scraped: `health` is `up`, `down` or `unknown`."""

    job: str
    instance: str
    health: str
    error: str

    def __str__(self) -> str:
        return f"{self.job} at {self.instance} is {self.health}" + (f": {self.error}" if self.error else "")


@dataclass(frozen=True)
class Selector:
    """What an expression reads: a metric's name, and the labels that it is asked by."""

    metric: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Prometheus:
    """A server, by its address."""

    url: str

    def query(self, expression: str) -> list[Sample]:
        """Return an expression's value now. Raises QueryRefused."""
        result = self._ask("query", query=expression)["result"]
        if isinstance(result, list) and result and not isinstance(result[0], Mapping):
            return [Sample({}, float(result[1]))]
        return [Sample(one["metric"], float(one["value"][1])) for one in result]

    def query_range(self, expression: str, start: float, end: float, step: float) -> list[Series]:
        """Return an expression's values between two Unix times. Raises QueryRefused."""
        found = self._ask("query_range", query=expression, start=start, end=end, step=step)["result"]
        return [Series(one["metric"], tuple((float(at), float(value)) for at, value in one["values"])) for one in found]

    def selectors(self, expression: str) -> list[Selector]:
        """Return what an expression reads, as this server parses it. Raises QueryRefused."""
        return [
            Selector(node["name"], frozenset(one["name"] for one in node["matchers"]) - {"__name__"})
            for node in _nodes(self._ask("parse_query", query=expression))
            if node.get("type") in {"vectorSelector", "matrixSelector"} and node.get("name")
        ]

    def targets(self) -> list[Target]:
        """Return what is scraped at the moment."""
        return [
            Target(one["labels"]["job"], one["labels"]["instance"], one["health"], one["lastError"])
            for one in self._ask("targets", state="active")["activeTargets"]
        ]

    def rule_groups(self) -> list[dict[str, Any]]:
        """Return the groups of rules that are loaded."""
        return list(self._ask("rules")["groups"])

    def alerts(self) -> dict[str, str]:
        """Return each alert that is not inactive, with its state: `pending` or `firing`."""
        found: dict[str, str] = {}
        for one in self._ask("alerts")["alerts"]:
            name = one["labels"]["alertname"]
            found[name] = "firing" if "firing" in {one["state"], found.get(name)} else one["state"]
        return found

    def wait_until_all_up(self, timeout: float, jobs: frozenset[str] = frozenset()) -> list[Target]:
        """Return the targets as soon as all of them, and all of these jobs, are up. Raises wait.WaitTimeout."""

        def probe() -> list[Target] | wait.NotYet:
            found = self.targets()
            wrong = [str(one) for one in found if one.health != "up"]
            wrong += [f"{job} has no target" for job in sorted(jobs - {one.job for one in found})]
            return wait.NotYet("; ".join(wrong)) if wrong else found

        return wait.until(probe, timeout, every=0.5, why=f"every target of {self.url} to be up")

    def _ask(self, what: str, **parameters: Any) -> Any:
        answer = requests.get(f"{self.url}/api/v1/{what}", params=parameters, timeout=_TIMEOUT)
        if answer.status_code in {requests.codes.bad_request, requests.codes.unprocessable_entity}:
            raise QueryRefused(f"{parameters.get('query', what)}: {answer.json().get('error', answer.text)}")
        answer.raise_for_status()
        return answer.json()["data"]


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every node of a parsed expression."""
    if isinstance(tree, Mapping):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
