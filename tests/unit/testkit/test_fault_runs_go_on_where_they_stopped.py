"""Is nothing tried twice that has not changed, and is everything tried again that has?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Faults = Callable[..., tuple[int, str]]

CATALOGUE = """
- id: stale-fish
  kind: fault
  file: shop.txt
  edit: {find: fresh, replace: stale}
  production: Customers fall ill.
  layer: unit
  names: [stale]
- id: free-fish
  kind: fault
  file: shop.txt
  edit: {find: "5 coins", replace: free}
  production: The shop goes broke.
  layer: unit
  names: [free]
"""

CHECK = """
import os, sys
text = open("shop.txt").read()
open(os.environ["LOG"], "a").write(text + "|")
if "stale" in text or "free" in text or "closed" in text:
    sys.exit(f"the shop sells: {text}")
"""


@pytest.fixture
def shop(project: Path) -> Path:
    """A project whose tests are one quick script, which keeps a log of its runs."""
    (project / "shop.txt").write_text("fresh fish, 5 coins")
    (project / "check.py").write_text(CHECK)
    (project / "faults" / "app.yaml").write_text(CATALOGUE)
    # Outside the tree: a log inside it would change what the results depend on.
    log = project.with_name(project.name + ".log")
    (project / "faults" / "layers.yaml").write_text(
        f'unit: {{commands: ["{{python}} -S check.py"], jobs: 1, environment: {{LOG: "{log}"}}}}\n'
    )
    return project


def runs(shop: Path) -> list[str]:
    """Return what the tests have seen since the last call."""
    log = shop.with_name(shop.name + ".log")
    seen = log.read_text().split("|")[:-1] if log.exists() else []
    log.write_text("")
    return seen


UNCHANGED, STALE, FREE = "fresh fish, 5 coins", "stale fish, 5 coins", "fresh fish, free"


def test_the_unchanged_copy_comes_first(shop: Path, faults: Faults) -> None:
    """Otherwise a test that is red anyway catches every fault."""
    code, printed = faults()

    assert (code, runs(shop)) == (0, [UNCHANGED, STALE, FREE]), printed


def test_what_has_not_changed_is_not_tried_again(shop: Path, faults: Faults) -> None:
    """Otherwise an interrupted run of an hour begins again from zero."""
    faults("--id", "stale-fish")
    runs(shop)

    code, printed = faults()

    assert (code, runs(shop)) == (0, [FREE]), printed
    assert "1 known from before" in printed, printed
    assert "2 of 2 faults caught" in printed, printed


def test_fresh_tries_everything(shop: Path, faults: Faults) -> None:
    """Otherwise a test that fails by chance is believed for ever."""
    faults()
    runs(shop)

    assert faults("--fresh")[0] == 0
    assert runs(shop) == [UNCHANGED, STALE, FREE]


def test_a_changed_entry_is_tried_again_and_no_other(shop: Path, faults: Faults) -> None:
    """Otherwise an entry that was mended keeps its old verdict."""
    faults()
    runs(shop)
    (shop / "faults" / "app.yaml").write_text(CATALOGUE.replace("replace: free", "replace: free of charge"))

    code, printed = faults()

    assert (code, runs(shop)) == (0, ["fresh fish, free of charge"]), printed


def test_a_changed_tree_is_tried_again(shop: Path, faults: Faults) -> None:
    """Otherwise a test that was deleted goes on catching its fault in the report."""
    faults()
    runs(shop)
    (shop / "check.py").write_text("")

    code, printed = faults()

    assert code == 1, f"without tests all faults must survive:\n{printed}"
    assert "2 SURVIVED" in printed, printed


def test_a_red_unchanged_copy_stops_everything(shop: Path, faults: Faults) -> None:
    """Otherwise a broken environment makes a perfect score."""
    (shop / "shop.txt").write_text("fresh fish, 5 coins, closed")

    code, printed = faults()

    assert code == 2, f"exit code {code}:\n{printed}"
    assert "unit is red without any edit" in printed, printed
    assert "the shop sells: fresh fish, 5 coins, closed" in printed, f"the reason is missing:\n{printed}"
    assert len(runs(shop)) == 1, "entries were tried although the unchanged copy is red"


@pytest.mark.first
def test_no_end_within_the_limit_is_no_catch(shop: Path, faults: Faults) -> None:
    """Otherwise a fault that hangs the tests for hours passes as noticed."""
    (shop / "check.py").write_text("import time\nif 'stale' in open('shop.txt').read(): time.sleep(60)\n")
    layers = shop / "faults" / "layers.yaml"
    layers.write_text(layers.read_text().replace("jobs: 1", "jobs: 1, limit: 1.0"))

    code, printed = faults("--id", "stale-fish")

    assert code == 1, f"exit code {code}:\n{printed}"
    assert "MISNAMED    stale-fish" in printed, printed
    assert "no end within the limit of 1 s" in printed, printed


def test_the_copys_modules_win(
    shop: Path, faults: Faults, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the tests of a copy load the unedited code of an installed package, and every fault survives."""
    installed = tmp_path_factory.mktemp("installed")
    for folder in (shop, installed):
        (folder / "goods.py").write_text("FISH = 'fresh'\n")
    (shop / "faults" / "app.yaml").write_text(CATALOGUE.replace("shop.txt", "goods.py").partition("- id: free")[0])
    # -P: without the current folder, which Python would put in front of everything.
    command = "{python} -P -S -c 'import goods, sys; sys.exit(goods.FISH if goods.FISH != \"fresh\" else 0)'"
    (shop / "faults" / "layers.yaml").write_text(json.dumps({"unit": {"commands": [command]}}))
    monkeypatch.setenv("PYTHONPATH", str(installed))

    code, printed = faults()

    assert code == 0, f"the edit of the copy's goods.py was not seen:\n{printed}"


def test_copies_can_be_kept(shop: Path, faults: Faults) -> None:
    """Otherwise nobody can look into why a fault survived."""
    faults("--id", "stale-fish", "--keep")

    kept = sorted((shop / ".strata/faults/copies").glob("*-stale-fish/shop.txt"))
    assert [file.read_text() for file in kept] == [STALE], f"no edited copy was kept: {kept}"


def test_copies_of_a_killed_run_are_removed(shop: Path, faults: Faults) -> None:
    """Otherwise each kill -9 fills the disk a little more."""
    left = shop / ".strata/faults/copies/99999999-1-stale-fish"
    left.mkdir(parents=True)

    faults("--id", "stale-fish")

    assert not left.exists(), f"{left} is still there"


def test_list_runs_nothing(shop: Path, faults: Faults) -> None:
    """Otherwise looking up an id costs half an hour."""
    code, printed = faults("--list", "--kind", "fault")

    assert (code, runs(shop)) == (0, []), printed
    assert "stale-fish" in printed, printed


def test_a_layer_includes_its_parts(shop: Path, faults: Faults) -> None:
    """Otherwise LAYER=container is a green gate that has left most of the layer's faults out."""
    for file in (shop / "faults").glob("*.yaml"):
        file.write_text(file.read_text().replace("layer: unit", "layer: unit-goods").replace("unit:", "unit-goods:"))

    whole, part = (faults("--list", "--layer", layer)[1] for layer in ("unit", "unit-goods"))

    assert "stale-fish" in whole, f"--layer unit leaves out what is of its part unit-goods:\n{whole}"
    assert part == whole, f"--layer unit-goods lists something else:\n{part}"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--id", "nope"], "--id nope: the catalogue has only free-fish, stale-fish"),
        (["--layer", "k8s"], "--layer k8s: the catalogue has only unit"),
        (["--kind", "harmless"], "no entry fits"),
        (["--catalogue", "nowhere"], "there is no catalogue folder nowhere"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_a_selection_of_nothing_is_an_error(faults: Faults, arguments: list[str], reason: str) -> None:
    """Otherwise a misspelt LAYER= is a green gate with nothing behind it."""
    code, printed = faults(*arguments)

    assert code == 2, f"exit code {code}:\n{printed}"
    assert reason in printed, printed
