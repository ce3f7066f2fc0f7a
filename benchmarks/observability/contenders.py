"""The same cached redirect on Redis, watched in different ways; all sampling is 10 %, by the same sampler."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import stand
from benchmarks.redirects import contenders
from benchmarks.redirects.contenders import HOT_LINKS, Host, Kind, Running
from benchmarks.redirects.load import Pages
from testkit.otlp import Receiver

SHARE = 0.1

# Beside the app's own agent: what OpenTelemetry's documentation puts in front of a Django server.
_OURS = (sys.executable, "-m", "config.traced", "gunicorn")
_STOCK = (str(Path(sys.executable).with_name("opentelemetry-instrument")), sys.executable, "-m", "gunicorn")
_STOCK_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
}


@dataclass(frozen=True)
class Watched(Kind):
    """A contender that is watched.

    program: what runs gunicorn.
    """

    program: tuple[str, ...] = stand.GUNICORN


BARE, MEASURED, OURS, LOST, STOCK = "n", "d", "t", "l", "s"
KINDS = (
    Watched(BARE, "neither metrics nor traces", "benchmarks.observability.unmeasured", HOT_LINKS, stores="redis"),
    Watched(MEASURED, "metrics, as shipped without an APM", "config.wsgi", HOT_LINKS, stores="redis"),
    Watched(OURS, "and traces by the agent", "config.wsgi", HOT_LINKS, stores="redis", program=_OURS),
    Watched(LOST, "the same, its receiver away", "config.wsgi", HOT_LINKS, stores="redis", program=_OURS),
    Watched(STOCK, "and traces by opentelemetry-instrument", "config.wsgi", HOT_LINKS, stores="redis", program=_STOCK),
)


class Unmeasured(Running):
    """A contender whose metrics say nothing."""

    def _check_caching(self) -> None:
        """Its look-ups are those of the others, which are checked."""


@contextmanager
def start(kind: Watched, folder: Path, redis_url: str, cores: tuple[int, int], receiver: Receiver) -> Iterator[Running]:
    """Starts a contender on the first core, to be loaded from the second; stops it on leaving."""
    env = stand.environment(folder, database_url=stand.sqlite(folder), redis_url=redis_url)
    place = Host(env)
    pages = Pages.write(contenders.expected_answers(kind, place), folder / "pages")
    env |= _environment(kind, receiver)
    prefix = ["taskset", "-c", str(cores[0])]
    with stand.server(env, application=kind.application, prefix=prefix, program=kind.program) as server:
        running = Unmeasured if kind.key == BARE else Running
        yield running(kind, place, server, pages, cores[1])


def _environment(kind: Watched, receiver: Receiver) -> dict[str, str]:
    if kind.program == stand.GUNICORN:
        return {}
    return {
        # Port 9 is discard's, where nobody listens.
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9" if kind.key == LOST else receiver.address,
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": str(SHARE),
        "OTEL_SERVICE_NAME": kind.key,
        **(_STOCK_ENVIRONMENT if kind.key == STOCK else {}),
    }
