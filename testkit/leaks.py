"""The gate at the end of a run: nothing that it made may be left on the engine.

    with leaks.gate(run, also=["com.docker.compose.project=shop-4711"]):
        ...

On leaving, what still carries the run's label (containers, networks, volumes, images), or is an anonymous volume of one
of its containers, is removed. After an orderly end that is a failure, `Leaked`, which names each; after an interruption
it is what the gate is for. On entering, the leftovers of runs whose process was killed are removed.
"""

import re
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

    also: labels, as name=value, of what was made on the run's behalf by tools that know no label of ours. Where the
        value contains the run's id, what dead runs left under such values goes as well.

    Raises Leaked after an orderly end with leftovers.
    """
    for label in (f"{run.label}={run.id}", *also):
        _sweep_dead_runs(label, run.id)
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


def _sweep_dead_runs(label: str, run_id: str) -> None:
    """Remove what runs left whose process was killed: an id begins with the process id of its run.

    label: as `name=value` of this run; another run has its own id in this one's place.
    """
    name, _, value = label.partition("=")
    before, found, after = value.partition(run_id)
    if not found:
        return
    theirs = re.compile(rf"{re.escape(before)}(\d+)-\w+{re.escape(after)}")
    containers = engine().containers.list(all=True, filters={"label": name}, ignore_removed=True)
    for other in {str(container.labels[name]) for container in containers}:
        run = theirs.fullmatch(other)
        if run and not Path(f"/proc/{run[1]}").exists():
            remove(snapshot([f"{name}={other}"]))


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
