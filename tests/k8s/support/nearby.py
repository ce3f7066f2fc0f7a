"""Namespaces and small pods that a test puts beside the release, and takes away again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from testkit.kube.kubectl import Kubectl, Object

_ENFORCE = "pod-security.kubernetes.io/enforce"
_RESTRICTED = {_ENFORCE: "restricted", f"{_ENFORCE}-version": "v1.35"}


def namespace_object(name: str, labels: Mapping[str, str] | None = None) -> Object:
    """Return a namespace in which `restricted` is enforced."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {**_RESTRICTED, **(labels or {})}},
    }


@contextmanager
def namespace(kubectl: Kubectl, name: str) -> Iterator[Kubectl]:
    """Make such a namespace, give kubectl for it, and delete it."""
    with created(kubectl, namespace_object(name)):
        yield kubectl.within(name)


@contextmanager
def created(kubectl: Kubectl, *objects: Object) -> Iterator[None]:
    """Make objects, replacing what an interrupted run has left of them, and delete them without awaiting their end."""
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    kubectl.run("delete", "--ignore-not-found", "--filename=-", input=given, timeout=120)
    try:
        kubectl.run("create", "--filename=-", input=given)
        yield
    finally:
        kubectl.run("delete", "--ignore-not-found", "--wait=false", "--filename=-", input=given)


def pod(
    name: str, image: str, command: Sequence[str], *, labels: Mapping[str, str] | None = None, **more: Any
) -> Object:
    """Return a pod that `restricted` lets in and that is never ready, so that no Service ever sends it anything.

    more: further fields of its container.
    """
    container = {
        "name": "main",
        "image": image,
        "command": list(command),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        **more,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 0,
            "readinessGates": [{"conditionType": "strata.test/never"}],
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "runAsGroup": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
        },
    }
