"""Does an edit of YAML or TOML change exactly the value at its path, and keep the comments?"""

from typing import Any

import pytest

from testkit.faults.edits import toml, yaml
from testkit.faults.errors import EditError

MANIFESTS = """\
# the web tier
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    prometheus.io/scrape: "true"  # by the agent
spec:
  replicas: 2
  containers:
    - name: web
      image: app:1
      args: [serve, --no-control-socket]
    - name: proxy
      image: proxy:1
---
apiVersion: v1
kind: Service
metadata:
  name: web
"""

DEPLOYMENT = {"kind": "Deployment", "name": "web"}

PROJECT = """\
[project]
name = "x"  # short
dependencies = ["django", "gunicorn"]

[[tool.rules]]
id = "a"
level = 1
"""


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ({"path": "spec.replicas", "set": 0}, "replicas: 2", "replicas: 0"),
        ({"path": "spec.containers[name=proxy].image", "set": "proxy"}, "image: proxy:1", "image: proxy"),
        ({"path": "spec.containers[0].image", "set": "app"}, "image: app:1", "image: app"),
        ({"path": 'metadata.annotations."prometheus.io/scrape"', "set": "nope"}, '"true"  # by', '"nope"  # by'),
        ({"path": "spec.replicas", "delete": True}, "  replicas: 2\n", ""),
        ({"path": "spec.containers[name=web].args[=serve]", "delete": True}, "[serve, --no", "[--no"),
        ({"path": "spec.containers[-2].args", "append": "-v"}, "-socket]", "-socket, -v]"),
        ({"path": "spec.paused", "set": True}, "proxy:1\n", "proxy:1\n  paused: true\n"),
    ],
    ids=["value", "by name", "by index", "dotted key", "delete key", "delete element", "append", "new key"],
)
def test_yaml_changes_there_and_nowhere_else(edit: dict[str, Any], before: str, after: str) -> None:
    """Otherwise a fault brings others with it, and the wrong one is caught."""
    assert MANIFESTS.count(before) == 1, f"the test's own text {before!r} is not unique"

    result = yaml.apply(MANIFESTS, {**edit, "document": DEPLOYMENT})

    assert result == MANIFESTS.replace(before, after), result


def test_yaml_keys_can_change_places() -> None:
    """Otherwise there is no proof that the tests do not care about the order of keys."""
    result = yaml.apply(MANIFESTS, {"path": "spec", "reorder": ["containers"], "document": DEPLOYMENT})

    assert result.index("containers:") < result.index("replicas:"), result
    assert yaml.parse(result) == yaml.parse(MANIFESTS), "another order of keys must mean the same"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"path": "spec.replicas", "set": 2}, "is 2 already"),
        ({"path": "spec.replica", "delete": True}, "there is no replica, only replicas, containers"),
        ({"path": "spec.containers[name=db].image", "set": "x"}, r"\[name=db\] fits 0 elements"),
        ({"path": "spec.containers[2].image", "set": "x"}, "the list has 2 elements"),
        ({"path": "spec[0]", "set": "x"}, "no list"),
        ({"path": "spec.replicas.x", "set": "x"}, "no mapping"),
        ({"path": "spec.replicas", "append": "x"}, "is no list"),
        ({"path": "spec..x", "set": 1}, "cannot be read"),
        ({"path": "spec", "reorder": ["nope"]}, "has no nope"),
        ({"path": "spec", "reorder": ["replicas"]}, "in this order already"),
        ({"path": "spec.replicas", "set": 1, "document": {"kind": "Job"}}, "fits 0 of 2 documents"),
        ({"path": "spec.replicas", "set": 1, "document": None}, "has 2 documents: say which"),
    ],
)
def test_yaml_says_why_an_edit_does_not_fit(edit: dict[str, Any], reason: str) -> None:
    """Otherwise whoever renames a manifest's field cannot see which entry to correct, and how."""
    with pytest.raises(EditError, match=reason):
        yaml.apply(MANIFESTS, {"document": DEPLOYMENT, **edit})


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ({"path": "project.name", "set": "y"}, '"x"  # short', '"y"  # short'),
        ({"path": "project.dependencies[=django]", "delete": True}, '["django", "gunicorn"]', '["gunicorn"]'),
        ({"path": "project.dependencies", "append": "redis"}, '"gunicorn"]', '"gunicorn", "redis"]'),
        ({"path": "tool.rules[id=a].level", "set": 2}, "level = 1", "level = 2"),
        ({"path": "tool.rules[0].level", "delete": True}, "level = 1\n", ""),
    ],
)
def test_toml_changes_there_and_nowhere_else(edit: dict[str, Any], before: str, after: str) -> None:
    """Otherwise a changed pin reformats the file, and the reader cannot see what was done."""
    result = toml.apply(PROJECT, edit)

    assert result == PROJECT.replace(before, after), result


@pytest.mark.parametrize(("module", "source"), [(yaml, "a: [1"), (toml, "a = [1")])
def test_broken_text_is_refused(module: Any, source: str) -> None:
    """Otherwise a file that no program can read counts as a mistake that a test caught."""
    with pytest.raises(EditError):
        module.parse(source)
