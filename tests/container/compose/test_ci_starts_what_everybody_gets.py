"""Does CI start what everybody gets, with the one image that was built, and is every image pinned?"""

import re

import pytest
import yaml

from tests.container.compose.files import APP_SERVICES, BUILT, CI, MAIN, Rendered
from tests.container.support.names import ROOT

PINNED = ["PYTHON_IMAGE", "MYSQL_IMAGE", "REDIS_IMAGE"]
PINNED += ["PROMETHEUS_IMAGE", "MYSQL_EXPORTER_IMAGE", "REDIS_EXPORTER_IMAGE", "GRAFANA_IMAGE"]


def test_ci_overrides_the_image_and_nothing_else(main_file: Rendered, in_ci: Rendered) -> None:
    """Red: CI is green on a stack that nobody else runs."""
    differing = [
        f"services.{name}.{key}"
        for name in sorted(set(main_file["services"]) | set(in_ci["services"]))
        for key in sorted(_keys(main_file, name) | _keys(in_ci, name))
        if key != "image" and main_file["services"].get(name, {}).get(key) != in_ci["services"].get(name, {}).get(key)
    ]
    differing += [key for key in main_file if key != "services" and main_file[key] != in_ci.get(key)]
    assert not differing, f"{CI} may override `image` alone, but also changes {', '.join(differing)}"


def test_ci_names_the_image_of_every_service_that_runs_the_app(main_file: Rendered, in_ci: Rendered) -> None:
    """Red: one service in CI runs an image that was built yesterday, or somewhere else."""
    images = {service["image"] for service in main_file["services"].values() if "build" in service}
    built = {name for name, service in main_file["services"].items() if service["image"] in images}
    assert built == set(APP_SERVICES), f"services that run the app are {sorted(built)}; this test knows {APP_SERVICES}"
    forgotten = sorted(name for name in built if in_ci["services"][name]["image"] != BUILT)
    assert not forgotten, f"{CI} forgets {', '.join(forgotten)}: not the image from APP_IMAGE would run there"
    others = sorted(name for name, service in in_ci["services"].items() if service["image"] == BUILT)
    assert others == sorted(built), f"{CI} gives the app's image to {', '.join(sorted(set(others) - built))}"


def test_ci_refuses_to_start_without_an_image() -> None:
    """Red: a pipeline that forgot the variable tests whatever `strata:dev` is on that machine."""
    source = yaml.safe_load((ROOT / CI).read_text())["services"]
    lax = [name for name, service in source.items() if not re.match(r"\$\{APP_IMAGE:\?.+\}", service["image"])]
    assert not lax, f"{CI}: {', '.join(lax)} must take ${{APP_IMAGE:?…}}, which fails where it is not set"


def test_no_image_floats(watched: Rendered) -> None:
    """Red: tomorrow's `up` starts another version than today's, and nobody decided that."""
    for name, service in watched["services"].items():
        reference = service["image"]
        tag = reference.rpartition("/")[2].partition(":")[2]
        assert tag not in {"", "latest"}, f"services.{name}.image is {reference}: an exact tag is needed, not latest"


@pytest.mark.parametrize("variable", PINNED)
def test_defaults_are_the_pinned_images(variable: str) -> None:
    """Red: the stack of a fresh clone runs other servers than the tests."""
    pins = dict(re.findall(r"^(\w+)=(\S+)$", (ROOT / "images.env").read_text(), re.MULTILINE))
    defaults = set(re.findall(rf"\$\{{{variable}:-([^}}]+)\}}", (ROOT / MAIN).read_text()))
    assert defaults == {pins[variable]}, (
        f"{MAIN} has {sorted(defaults)} for {variable}, images.env pins {pins[variable]}"
    )


def _keys(rendered: Rendered, service: str) -> set[str]:
    return set(rendered["services"].get(service, {}))
