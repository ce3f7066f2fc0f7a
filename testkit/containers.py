"""Containers of a test run: labelled, waited for, and gone at the end.

    run = containers.Run("shop.run", "4711-ab12")
    with containers.start("shop:test", run=run, ports=[8000], ready=containers.healthy, env={"PORT": "8000"}) as shop:
        requests.get(f"http://127.0.0.1:{shop.port(8000)}/")
        shop.pause()

Everything carries the run's label, by which `testkit.leaks` finds what was left behind. A container is ready when a
probe says so: `healthy` (its own HEALTHCHECK), `logged("ready", times=2)`, or any function of the container. One that
ends meanwhile fails at once; every failure carries the end of its log. Ports are published on loopback alone, and stay
the same when the container is restarted.

Needs the `docker` package: `pip install strata-testkit[containers]`.
"""

import gc
import os
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound

from testkit import evidence, process
from testkit.wait import NotYet, WaitTimeout, until

TAIL_LINES = 30
"""Lines of a log that a message carries."""

# Characters of an answer to exec that a message carries.
_LONGEST_ANSWER = 3000


class EngineMissing(RuntimeError):
    """No Docker engine answers."""


class ContainerError(RuntimeError):
    """A container did not start, ended too early, or did not become what was waited for; carries its log."""


class CommandFailed(RuntimeError):
    """A command inside a container ended with an error; the message carries its output."""


@dataclass(frozen=True)
class Run:
    """One test run's mark on everything that it makes.

    label: the label's name, such as `shop.run`.
    id: its value; `new_id()` makes one.
    volumes: names of the anonymous volumes of its containers, which cannot carry the label.
    """

    label: str
    id: str
    volumes: set[str] = field(default_factory=set, compare=False)

    @property
    def labels(self) -> dict[str, str]:
        return {self.label: self.id}

    @property
    def filters(self) -> dict[str, str]:
        """What the engine's lists are narrowed down by."""
        return {"label": f"{self.label}={self.id}"}


def new_id() -> str:
    """Return an id for a run. It begins with our process id: a later run can tell whether this one still lives."""
    return f"{os.getpid()}-{uuid.uuid4().hex[:8]}"


@cache
def engine() -> Any:
    """Return the client of the Docker engine. Raises EngineMissing with one sentence when none answers."""
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except DockerException as error:
        reason = str(error)
    else:
        return client
    # The SDK leaves the socket open on which nobody answered; the warning about it would follow our sentence.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    raise EngineMissing(f"no Docker engine answers here ({reason}).")


class Container:
    """A container that runs, or ran; made by `start`, or from the SDK's object.

    Its commands block until the engine has carried them out.
    """

    def __init__(self, sdk: Any) -> None:
        self.sdk = sdk
        self.id: str = sdk.id
        self.name: str = sdk.name

    def __repr__(self) -> str:
        return f"{self.name} ({self.image})"

    @property
    def image(self) -> str:
        return str(self.sdk.attrs["Config"]["Image"])

    def state(self) -> dict[str, Any]:
        """Return the engine's State: Status, ExitCode, Health …"""
        self.sdk.reload()
        state: dict[str, Any] = self.sdk.attrs["State"]
        return state

    def port(self, inside: int) -> int:
        """Return the port of 127.0.0.1 that leads to `inside`."""
        self.sdk.reload()
        bound = self.sdk.attrs["NetworkSettings"]["Ports"].get(f"{inside}/tcp")
        if not bound:
            raise ContainerError(f"{self!r} publishes no port {inside}; {self.tail()}")
        return int(bound[0]["HostPort"])

    @property
    def address(self) -> str:
        """Its IP address on the first of its networks."""
        self.sdk.reload()
        networks = self.sdk.attrs["NetworkSettings"]["Networks"]
        return str(next(iter(networks.values()))["IPAddress"])

    def cpu_seconds(self) -> float:
        """Return the processor time that all its processes have used so far."""
        stats = self.sdk.stats(stream=False, one_shot=True)
        return float(stats["cpu_stats"]["cpu_usage"]["total_usage"]) / 1e9

    def logs(self, since: float | None = None) -> str:
        """Return what it wrote, stdout and stderr as they came. since: Unix seconds."""
        return str(self.sdk.logs(since=since).decode(errors="replace"))

    def tail(self) -> str:
        """Return the end of the log, for a message."""
        lines = self.sdk.logs(tail=TAIL_LINES).decode(errors="replace").splitlines()
        return "\n  | ".join([f"the end of its log ({len(lines)} lines):", *lines]) if lines else "its log is empty"

    def exec(self, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> str:
        """Run a command inside, and return its output, stdout and stderr. Raises CommandFailed."""
        code, output = self.sdk.exec_run(list(command), environment=dict(env or {}))
        text = str(output.decode(errors="replace"))
        if code:
            shown = " ".join(command)[:200]
            raise CommandFailed(f"in {self!r}: {shown} ended with code {code}:\n{text[-_LONGEST_ANSWER:]}")
        return text

    def wait(self, ready: "Ready", timeout: float, why: str = "") -> None:
        """Wait until `ready` is satisfied; it must keep running. Raises ContainerError, with the log."""

        def probe() -> object:
            state = self.state()
            if state["Status"] in {"exited", "dead"}:
                raise ContainerError(f"{self!r} ended with code {state['ExitCode']} instead; {self.tail()}")
            return ready(self)

        try:
            until(probe, timeout, every=0.1, why=why or f"{self!r} to be ready")
        except WaitTimeout as error:
            raise ContainerError(f"{error}\n{self.tail()}") from None

    def stop(self, grace: int = 10) -> None:
        """SIGTERM, and SIGKILL after `grace` seconds."""
        self.sdk.stop(timeout=grace)

    def kill(self, signal: str = "SIGKILL") -> None:
        """Send a signal to its first process."""
        self.sdk.kill(signal=signal)

    def start(self) -> None:
        """Start it again after it ended, on the same files and the same ports."""
        self.sdk.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Freeze all its processes: connections stay open, and nobody answers."""
        self.sdk.pause()
        try:
            yield
        finally:
            self.sdk.unpause()

    def remove(self) -> None:
        """Remove it with its anonymous volumes, running or not."""
        try:
            self.sdk.remove(force=True, v=True)
        except NotFound:
            pass
        except APIError as error:
            if "already in progress" not in str(error):
                raise


Ready = Callable[[Container], object]


def healthy(container: Container) -> bool | NotYet:
    """Ready when the image's own HEALTHCHECK says so."""
    health = container.state().get("Health")
    if health is None:
        raise ContainerError(f"{container!r} has no HEALTHCHECK, so it can never become healthy.")
    said = [entry["Output"].strip() for entry in health["Log"][-1:]]
    return health["Status"] == "healthy" or NotYet(f"{health['Status']}: {' '.join(said) or 'not checked yet'}")


def logged(words: str, times: int = 1) -> Ready:
    """Ready when its log has `words` so many times."""

    def probe(container: Container) -> bool | NotYet:
        found = container.logs().count(words)
        return found >= times or NotYet(f"{words!r} is {found} times in its log")

    return probe


def adopt(sdk: Any, run: Run) -> Container:
    """Take over a container that another library started; its anonymous volumes are noted for the leak gate."""
    run.volumes.update(mount["Name"] for mount in sdk.attrs["Mounts"] if mount["Type"] == "volume")
    return Container(sdk)


@contextmanager
def start(  # noqa: PLR0913  # all but image and run are optional, and given by name
    image: str,
    *,
    run: Run,
    command: Sequence[str] | None = None,
    env: Mapping[str, str] | None = None,
    ports: Sequence[int] = (),
    name: str = "",
    ready: Ready | None = None,
    timeout: float = 60,
    **options: Any,
) -> Iterator[Container]:
    """Start a container, wait until it is ready, and remove it with its volumes on leaving.

    ports: to be published on free ports of 127.0.0.1.
    name: what it is, for logs and evidence; the run's id is added.
    timeout: seconds until it must be ready.
    options: more of the SDK's `containers.create`: network, read_only, tmpfs, volumes …

    Raises ContainerError when it ends, or is not ready in time.
    """
    sdk = engine().containers.create(
        image,
        command=None if command is None else list(command),
        environment=dict(env or {}),
        ports={f"{port}/tcp": loopback() for port in ports},
        name=f"{name}-{run.id}" if name else None,
        **{**options, "labels": {**run.labels, **options.get("labels", {})}},
    )
    container = Container(sdk)
    try:
        sdk.start()
        sdk.reload()
        adopt(sdk, run)
        if ready is not None:
            container.wait(ready, timeout)
        yield container
    finally:
        container.remove()


def loopback() -> tuple[str, int]:
    """Return a free port of 127.0.0.1, as the SDK wants it; the engine's own choice would change at a restart."""
    return ("127.0.0.1", process.free_port())


def evidence_of(run: Run) -> evidence.Collector:
    """Return what writes log and state of all the run's containers into a failed test's folder."""

    def collect(folder: evidence.Folder) -> None:
        for sdk in engine().containers.list(all=True, filters=run.filters):
            folder.learn(*_secrets(sdk.attrs["Config"]["Env"] or []))
            folder.write(f"{sdk.name}.log", Container(sdk).logs(since=folder.since))
            folder.write_json(f"{sdk.name}.json", sdk.attrs)

    return collect


def _secrets(environment: Sequence[str]) -> Iterator[str]:
    for name, _, value in (variable.partition("=") for variable in environment):
        if evidence.SECRET_NAME.search(name):
            yield value
        yield from evidence.URL_PASSWORD.findall(value)
