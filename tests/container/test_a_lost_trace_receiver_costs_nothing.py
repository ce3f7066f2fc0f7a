"""Do requests go on as before while whatever takes the traces is away, or hangs?"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import requests
from testcontainers.core.network import Network

from testkit.containers import Run
from testkit.load import steady_load
from tests.container.support import traces
from tests.container.support.app import App
from tests.container.support.owners import Owner
from tests.container.support.traces import Receiver

# Requests a second, and how many make a percentile that means something.
RATE, ENOUGH = 50.0, 150

# Seconds by percentage that two servers may differ by on a busy machine, beside a factor of two. A request that waited
# for the receiver would take the time-out of 2 s.
SPREAD: dict[float, float] = {50: 0.03, 95: 0.5}

# Seconds that a process which ends gives its last spans, and what an end takes without any.
LAST_SPANS, END = 2.0, 6.0

Outage = Callable[[Receiver], AbstractContextManager[None]]


@contextmanager
def hanging(receiver: Receiver) -> Iterator[None]:
    """Takes connections and says nothing."""
    with receiver.container.paused():
        yield


@contextmanager
def gone(receiver: Receiver) -> Iterator[None]:
    """Its name leads nowhere, and its port is closed."""
    receiver.container.kill()
    yield


@pytest.fixture
def own_receiver(app_image: str, run: Run, network: Network) -> Iterator[Receiver]:
    """One that may be lost: the others' would have forgotten what it took."""
    with traces.receiving(app_image, run, network.name, "lost-receiver") as started:
        yield started


@pytest.fixture
def server(
    own_receiver: Receiver, app_image: str, run: Run, network: Network, app_environment: dict[str, str]
) -> Iterator[App]:
    """A traced server that may be stopped."""
    with traces.traced(
        app_image, run, network.name, app_environment, own_receiver.inside, name="traced-alone"
    ) as started:
        yield started


@pytest.mark.parametrize("outage", [hanging, gone])
def test_requests_go_on_as_before(outage: Outage, app: App, server: App, own_receiver: Receiver, owner: Owner) -> None:
    """Red: an outage of the monitoring is an outage of the links, or a server that hangs at its end."""
    slug = owner.link(app)
    url = f"{server.url}/{slug}"
    assert requests.get(url, allow_redirects=False, timeout=15).status_code == 302
    own_receiver.wait_for("a span of this server", lambda spans: spans)
    with outage(own_receiver):
        # Both at once, so that whatever else the machine does is in both.
        with (
            steady_load(f"{app.url}/{slug}", RATE, expect={302}) as untraced,
            steady_load(url, RATE, expect={302}) as during,
        ):
            during.wait_for(ENOUGH, f"while the receiver is {outage.__name__}")
        begin = time.monotonic()
        server.container.stop(grace=20)
        seconds = time.monotonic() - begin
    code, log = server.container.state()["ExitCode"], server.container.logs()
    during.assert_all_answered(f"although only the receiver of traces was {outage.__name__}")
    most = {percent: 2 * untraced.percentile(percent) + SPREAD[percent] for percent in SPREAD}
    during.assert_quick(within=most, why=f"while the receiver of traces was {outage.__name__}; see ops/tracing")
    assert code == 0, f"the server ended with code {code}; {log[-2000:]}"
    assert seconds <= LAST_SPANS + END, f"the server took {seconds:.1f} s to end: it waits for the receiver of traces"
    assert "traces are lost" in log, "the log does not say that traces are lost"
