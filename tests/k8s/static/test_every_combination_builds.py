"""Does every overlay, and every sensible combination of components, build?"""

from itertools import product
from pathlib import Path

import pytest

from testkit.kube.render import render
from tests.k8s.support.overlays import KUSTOMIZE, LOCAL, OVERLAYS, name_of, overlay

COMPONENTS = sorted(folder.parent.name for folder in (KUSTOMIZE / "components").glob("*/kustomization.yaml"))

DATABASES = ("mysql", "external-database")
CACHES = ((), ("redis",), ("external-cache",))
EXTRAS = ((), ("external-secrets", "tls", "priority"), ("apm",), ("apm", "traces"))
# Their exporters make their accounts in stores that are inside.
WATCHED = [("mysql", "redis", "monitoring"), ("mysql", "redis", "monitoring", "grafana")]

COMBINATIONS = [(database, *cache, *extras) for database, cache, extras in product(DATABASES, CACHES, EXTRAS)]
COMBINATIONS += WATCHED


def folders(names: tuple[str, ...]) -> list[Path]:
    return [KUSTOMIZE / "components" / name for name in names]


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_builds_into_one_namespace(name: str) -> None:
    """Red: nothing can be deployed, or a part of it lands in another namespace."""
    manifests = overlay(name)
    (namespace,) = manifests.of("Namespace")
    wanted = namespace["metadata"]["name"]
    astray = [name_of(item) for item in manifests if item["metadata"].get("namespace", wanted) != wanted]
    assert not astray, f"{name}: {', '.join(astray)} are outside the namespace {wanted}"
    assert wanted == ("strata" if name in LOCAL else f"strata-{name}"), f"{name}: the namespace is {wanted}"


@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
def test_components_build_together(names: tuple[str, ...]) -> None:
    """Red: two features that a new environment wants cannot be had together."""
    built = [name_of(item) for item in render(KUSTOMIZE / "base", components=folders(names))]
    twice = sorted({name for name in built if built.count(name) > 1})
    assert not twice, f"{' + '.join(names)}: {', '.join(twice)} would exist twice"


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_explained_and_combined(name: str) -> None:
    """Red: nobody knows what a component is for, or no test ever builds it."""
    assert (KUSTOMIZE / "components" / name / "README.md").is_file(), f"components/{name} has no README.md"
    assert any(name in names for names in COMBINATIONS), f"components/{name} is in no combination of this test"
