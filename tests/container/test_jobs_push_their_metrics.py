"""Does a job that nobody can scrape tell Prometheus how it ended, and does it end well where nobody listens?"""

import time

import pytest

from tests.container.support.app import App
from tests.container.support.traces import Receiver

ENDPOINT = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
# Where Prometheus takes them.
PATH = "/api/v1/otlp/v1/metrics"

# Seconds: the bound in ops/jobs.py, and what the command itself takes on a busy machine.
BOUND = 5.0 + 10.0


@pytest.mark.parametrize(
    ("command", "facts"),
    [("migrate", set()), ("flush_clicks", {"strata.job.visits_folded"})],
)
def test_a_job_tells_how_it_ended(app: App, receiver: Receiver, command: str, facts: set[str]) -> None:
    """Red: a migration or a flush fails, or takes ten times as long, and no alert can know."""
    app.manage(command, env={ENDPOINT: receiver.inside + PATH})
    samples = {s.name: s for s in receiver.samples(PATH) if s.attributes.get("command") == command}
    wanted = {"strata.job.succeeded", "strata.job.duration", "strata.job.end_timestamp", *facts}
    assert set(samples) == wanted, f"{command} told {sorted(samples)}; wanted: {sorted(wanted)}"
    assert samples["strata.job.succeeded"].value == 1, f"{command} succeeded, and told {samples}"
    assert 0 < samples["strata.job.duration"].value < 60, f"{command} told {samples['strata.job.duration']}"
    age = time.time() - samples["strata.job.end_timestamp"].value
    assert 0 <= age < 60, f"{command} says that it ended {age:.0f} s ago"


def test_a_job_says_nothing_unless_asked_to(app: App, receiver: Receiver) -> None:
    """Red: a job waits for a Prometheus that an installation does not have."""
    before = len(receiver.samples(PATH))
    output = app.manage("flush_clicks")
    assert len(receiver.samples(PATH)) == before
    assert "metrics" not in output, f"without {ENDPOINT} a job speaks of metrics: {output}"


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "refuses"])
def test_a_job_succeeds_where_nobody_listens(app: App, receiver: Receiver, hangs: bool) -> None:
    """Red: while Prometheus is away every release fails at its migration."""
    begin = time.monotonic()
    if hangs:
        with receiver.container.paused():
            output = app.manage("migrate", "--verbosity=0", env={ENDPOINT: receiver.inside + PATH})
    else:
        output = app.manage("migrate", "--verbosity=0", env={ENDPOINT: f"http://127.0.0.1:9{PATH}"})
    seconds = time.monotonic() - begin
    assert "metrics were not taken" in output, f"the job does not say that its metrics were lost: {output!r}"
    assert seconds < BOUND, f"the job took {seconds:.1f} s because of metrics that nobody took"
