"""Does the gate find what a run left on the engine, and nothing of anybody else's? Here with an engine of lists."""

import os
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from testkit import containers, leaks
from testkit.containers import Run

LABEL = "shop.run"


class Thing:
    """A container, network or volume on the list of an engine."""

    def __init__(self, name: str, **labels: str) -> None:
        self.name = name
        self.labels = {label.replace("_", "."): value for label, value in labels.items()}
        self.removed = False

    def remove(self, **_options: bool) -> None:
        self.removed = True


class Things:
    """One of the engine's lists, with its filter by label."""

    def __init__(self, *things: Thing) -> None:
        self.things = things

    def list(self, filters: dict[str, str] | None = None, **_options: bool) -> list[Thing]:
        name, _, value = (filters or {}).get("label", "").partition("=")
        left = [thing for thing in self.things if not thing.removed]
        return [thing for thing in left if not name or (name in thing.labels and value in {"", thing.labels[name]})]


class Engine:
    def __init__(self, *found: Thing, volumes: tuple[Thing, ...] = ()) -> None:
        self.containers, self.networks, self.volumes = Things(*found), Things(), Things(*volumes)


@pytest.fixture
def run() -> Run:
    return Run(LABEL, containers.new_id())


def engine(monkeypatch: pytest.MonkeyPatch, *found: Thing, volumes: tuple[Thing, ...] = ()) -> None:
    made = Engine(*found, volumes=volumes)
    monkeypatch.setattr(leaks, "engine", lambda: made)


def test_what_a_run_leaves_fails_it_by_name(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise containers pile up on the CI server until it has no memory left."""
    ours, theirs = Thing("forgotten", shop_run=run.id), Thing("theirs", shop_run=f"{os.getpid()}-other")
    engine(monkeypatch, ours, theirs)
    with (
        pytest.raises(leaks.Leaked, match=r"left 1 things behind .*: container forgotten$"),
        leaks.gate(run),
    ):
        pass
    assert ours.removed, "it was named and not removed"
    assert not theirs.removed, "the container of another run was removed"


def test_an_anonymous_volume_is_found_by_name(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise every database container leaves its data folder behind, which can carry no label."""
    ours, theirs = Thing("4f2a"), Thing("9b1c")
    engine(monkeypatch, volumes=(ours, theirs))
    run.volumes.add("4f2a")
    with pytest.raises(leaks.Leaked, match="volume 4f2a"), leaks.gate(run):
        pass
    assert (ours.removed, theirs.removed) == (True, False)


def test_what_other_tools_made_for_the_run_counts_too(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise a Compose project stays up after its test."""
    made = Thing("project-web-1", project="mine")
    engine(monkeypatch, made)
    with pytest.raises(leaks.Leaked, match="project-web-1"), leaks.gate(run, also=["project=mine"]):
        pass


def test_an_interruption_cleans_up_and_stays_an_interruption(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise Ctrl-C leaves containers behind, or ends with a message about leaks instead."""
    ours = Thing("half-made", shop_run=run.id)
    engine(monkeypatch, ours)
    with pytest.raises(KeyboardInterrupt), leaks.gate(run):
        raise KeyboardInterrupt
    assert ours.removed


def test_a_clean_run_passes(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise everybody switches the gate off."""
    engine(monkeypatch)
    with leaks.gate(run):
        pass


def test_the_leftovers_of_a_killed_run_go_first(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise a run that was killed with -9, or a machine that crashed, leaves its containers for ever."""
    nobody = int(Path("/proc/sys/kernel/pid_max").read_text()) + 1
    dead, alive = Thing("dead", shop_run=f"{nobody}-ab"), Thing("alive", shop_run=f"{os.getpid()}-cd")
    engine(monkeypatch, dead, alive)
    with leaks.gate(run):
        assert dead.removed, "what a dead process left is still there"
    assert not alive.removed, "a run whose process lives lost its container"


def test_so_do_those_that_other_tools_made_for_it(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise the Compose project of a killed run stays up for ever: its containers know no label of ours."""
    nobody = int(Path("/proc/sys/kernel/pid_max").read_text()) + 1
    dead, alive = Thing("dead", project=f"shop-{nobody}-ab"), Thing("alive", project=f"shop-{os.getpid()}-cd")
    somebody = Thing("somebody", project="shop")
    engine(monkeypatch, dead, alive, somebody)
    with leaks.gate(run, also=[f"project=shop-{run.id}"]):
        assert dead.removed, "what a dead process had Compose make is still there"
    assert not alive.removed, "a run whose process lives lost its project"
    assert not somebody.removed, "a project that is nobody's test run was removed"


def test_things_that_cannot_be_removed_do_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Otherwise one stuck network leaves everything that comes after it on the list."""

    class Stuck(Thing):
        def remove(self, **_options: Any) -> None:
            raise APIError("in use")

    after = Thing("after", shop_run=run.id)
    engine(monkeypatch, Stuck("stuck", shop_run=run.id), after)
    with pytest.raises(leaks.Leaked, match="container stuck, container after"), leaks.gate(run):
        pass
    assert after.removed
