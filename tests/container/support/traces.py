"""A receiver of traces and metrics beside the app, and a server of the app with the APM agent in front."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from testkit import containers, otlp, wait
from testkit.containers import Container, Run
from testkit.otlp import Span
from tests.container.support import app as apps
from tests.container.support.app import App

AGENT = ["python", "-m", "config.traced"]

_PORT = 4318
# Milliseconds between two sendings; shorter than the shipped 5,000 only to save time.
_OFTEN = "100"


@dataclass(frozen=True)
class Receiver(otlp.Receiver):
    """The receiver's container; `inside` is its address for other containers."""

    container: Container
    inside: str

    def wait_until_it_answers(self) -> None:
        self.container.wait(lambda _: self.bodies("") is not None, 30, "the receiver to answer")

    def wait_for(self, wanted: str, found: Any, timeout: float = 15) -> list[Span]:
        """Wait until `found` is true of all spans so far, and return them."""

        def probe() -> list[Span] | wait.NotYet:
            spans = self.spans()
            return spans if found(spans) else wait.NotYet(f"{len(spans)} spans: {sorted({s.name for s in spans})}")

        return wait.until(probe, timeout, every=0.1, why=f"the receiver to have {wanted}")


@contextmanager
def receiving(image: str, run: Run, network: str, name: str = "receiver") -> Iterator[Receiver]:
    """Start a receiver in the app's image, which has a Python."""
    command = ["python", "-c", otlp.SOURCE.read_text(), str(_PORT)]
    with apps.working(image, run, network, {}, command, name=name, ports=[_PORT]) as container:
        address = f"http://127.0.0.1:{container.port(_PORT)}"
        receiver = Receiver(address, container, f"http://{container.name}:{_PORT}")
        receiver.wait_until_it_answers()
        yield receiver


@contextmanager
def traced(image: str, run: Run, network: str, env: Mapping[str, str], endpoint: str, **options: Any) -> Iterator[App]:
    """Start a server with the agent in front of the image's own command; every request is sampled."""
    env = {
        **env,
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_TRACES_SAMPLER": "always_on",
        "OTEL_BSP_SCHEDULE_DELAY": _OFTEN,
    }
    server = containers.engine().images.get(image).attrs["Config"]["Cmd"]
    with apps.serving(image, run, network, env, **{"command": [*AGENT, *server], "name": "traced", **options}) as app:
        yield app.wait_until_ready()


def children(spans: list[Span], parent: Span) -> list[Span]:
    """Return the spans directly below another one."""
    return [span for span in spans if span.parent == parent.id and span.trace == parent.trace]


def systems(spans: list[Span]) -> set[str]:
    """Return the stores that spans are about."""
    return {str(span.attributes["db.system.name"]) for span in spans if "db.system.name" in span.attributes}
