"""The gate at the end of a run: nothing that it made may be left on the engine.

    with leaks.gate(run, also=["com.docker.compose.project=shop-4711"]):
        ...

On leaving, what still carries the run's label (containers, networks, volumes, images), or is an anonymous volume of one
of its containers, is removed. After an orderly end that is a failure, `Leaked`, which names each; after an interruption
it is what the gate is for. On entering, the leftovers of runs whose process was killed are removed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from docker.errors import APIError, NotFound

from testkit.containers import Run, engine


class Leaked(AssertionError):
    """Something was left behind; the message names it."""


@dataclass(frozen=True)
class Leftover:
    """A thing on the engine, and how to remove it."""

    kind: str
    name: str
    remove: Callable[[], object]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def snapshot(labels: Sequence[str], volumes: Iterable[str] = ()) -> list[Leftover]:
    """Return what is on the engine with one of these labels, in an order in which it can be removed.

    labels: as `name=value`, or a name for any value.
    volumes: names of volumes that are looked for by name.
    """
    found = [leftover for label in labels for leftover in _labelled({"label": label})]
    wanted = set(volumes)
    named = [volume for volume in engine().volumes.list() if volume.name in wanted]
    return [*found, *(_volume(volume) for volume in named)]


def remove(leftovers: Sequence[Leftover]) -> None:
    """Remove them all; what is gone already, or is in use by somebody else, is left."""
    for leftover in leftovers:
        try:
            leftover.remove()
        except (APIError, NotFound):
            continue


@contextmanager
def gate(run: Run, also: Sequence[str] = ()) -> Iterator[None]:
    """Hold the run to leaving nothing.

    also: labels of things that were made on the run's behalf by tools that know no label of ours.

    Raises Leaked after an orderly end with leftovers.
    """
    _sweep_dead_runs(run.label)
    try:
        yield
    except BaseException:
        remove(_left_by(run, also))
        raise
    left = _left_by(run, also)
    remove(left)
    if left:
        raise Leaked(f"the run left {len(left)} things behind (now removed): {', '.join(map(str, left))}")


def _left_by(run: Run, also: Sequence[str]) -> list[Leftover]:
    return snapshot([f"{run.label}={run.id}", *also], run.volumes)


def _sweep_dead_runs(label: str) -> None:
    """Remove what runs left whose process was killed: an id begins with the process id of its run."""
    containers = engine().containers.list(all=True, filters={"label": label}, ignore_removed=True)
    for name in {str(container.labels[label]) for container in containers}:
        pid = name.partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            remove(snapshot([f"{label}={name}"]))


def _labelled(filters: dict[str, str]) -> Iterator[Leftover]:
    client = engine()
    for container in client.containers.list(all=True, filters=filters, ignore_removed=True):
        yield Leftover("container", container.name, partial(container.remove, force=True, v=True))
    for network in client.networks.list(filters=filters):
        yield Leftover("network", network.name, network.remove)
    for volume in client.volumes.list(filters=filters):
        yield _volume(volume)


def _volume(volume: Any) -> Leftover:
    return Leftover("volume", volume.name, partial(volume.remove, force=True))
