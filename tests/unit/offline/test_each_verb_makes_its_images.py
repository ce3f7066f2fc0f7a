"""Does each verb that makes a cluster make what its registry has in stock, on a clone that has made nothing yet?"""

import re
from pathlib import Path

import pytest

from testkit import images
from testkit.kube import addons

ROOT = Path(__file__).resolve().parents[3]
CLUSTER = ROOT / "deploy" / "cluster"
RULE = re.compile(r"^([a-z0-9-]+):([^#\n=]*)(?:##[^\n]*)?\n((?:\t[^\n]*\n)*)", re.MULTILINE)


def made_by(verb: str, rules: dict[str, tuple[list[str], str]]) -> set[str]:
    """Return the variables of images.env that a verb writes into .env, or what it depends on."""
    needs, recipe = rules.get(verb, ([], ""))
    called = re.findall(r"-m offline ([A-Z_ ]+)", recipe)
    own = {f"{name}_IMAGE" for names in called for name in names.split()}
    return own.union(*(made_by(need, rules) for need in needs))


@pytest.mark.parametrize("verb", ["cluster", "deploy", "test-k8s", "test-slow", "e2e"])
def test_what_is_in_stock_has_been_made(verb: str) -> None:
    """If red, the first command of the README fails: `mysql:9.7.2 is not on this machine`."""
    found = RULE.findall((ROOT / "Makefile").read_text())
    rules = {name: (needs.split(), recipe) for name, needs, recipe in found}
    needed = {*images.assignments(CLUSTER / "stock.env").values(), "KIND_NODE_IMAGE", "REGISTRY_IMAGE"}
    needed |= {addons.variable(name) for name in addons.names(CLUSTER)}
    missing = needed - made_by(verb, rules)
    assert not missing, f"`make {verb}` makes a cluster, and nothing that it depends on makes {', '.join(missing)}"
