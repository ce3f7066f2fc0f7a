"""What a deployment consists of, what the last good one consisted of, and what is gone since then.

    wanted = named(manifests)                   # the migration Job has the name of its content
    before = read(kubectl, "release")           # None before the first deployment
    gone(before, wanted)                        # what to delete
    write(kubectl, "release", wanted)

A Job's template cannot be changed, so the Job with the label `app.kubernetes.io/component: migration` is renamed to
`<name>-<hash of its spec>`: the same release is the same Job, which is done already, and another image or another
setting is a new one. Old ones are removed by their own ttlSecondsAfterFinished.

The last good release is kept in one ConfigMap of its namespace. It is the whole of it, so that a rollback brings back
the configuration, the Services and the network policies as well, where `kubectl rollout undo` brings back pods only,
and leaves its name on fields that the next apply then may not touch. It also tells what to prune: what the last release
had and this one has not. kubectl's own `--prune` is alpha in 1.35, by label and by ApplySet alike. Secrets are not kept
there, hence neither rolled back nor pruned.
"""

import copy
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from testkit.kube.kubectl import Kubectl, Object
from testkit.kube.render import Manifests

COMPONENT = "app.kubernetes.io/component"
MIGRATION = "migration"

_HASH_LENGTH = 10
_KEY = "manifests.json"

# Losing one of these loses data, or what others have put into it; and a Job is its log.
_NEVER_PRUNED = {"CustomResourceDefinition", "Job", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Secret"}


def is_migration(item: Object) -> bool:
    """Tell whether an object is the Job that migrates the database."""
    labels: dict[str, str] = item["metadata"].get("labels", {})
    return item["kind"] == "Job" and labels.get(COMPONENT) == MIGRATION


def named(manifests: Manifests) -> Manifests:
    """Return the manifests with each migration Job named by its content; the given ones stay as they are."""
    renamed = Manifests(copy.deepcopy(list(manifests)), manifests.source)
    for item in renamed:
        if is_migration(item):
            content = json.dumps(item["spec"], sort_keys=True).encode()
            item["metadata"]["name"] += f"-{hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]}"
    return renamed


def gone(before: Iterable[Object], now: Iterable[Object]) -> list[Object]:
    """Return what is in `before` and not in `now`, without what must never be deleted along the way."""
    there = {_identity(item) for item in now}
    return [item for item in before if _identity(item) not in there and item["kind"] not in _NEVER_PRUNED]


def read(kubectl: Kubectl, name: str) -> Manifests | None:
    """Return the last good release that was kept under this name, None where there is none."""
    kept = kubectl.find("configmap", name)
    return Manifests(json.loads(kept["data"][_KEY]), Path(f"the last release, in ConfigMap {name}")) if kept else None


def write(kubectl: Kubectl, name: str, manifests: Manifests) -> None:
    """Keep these manifests as the last good release."""
    kept = [item for item in manifests if item["kind"] != "Secret"]
    images = "\n".join(sorted(manifests.images()))
    data = {_KEY: json.dumps(kept, separators=(",", ":"), sort_keys=True), "images": images}
    record = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
    apply(kubectl, [record], "--force-conflicts", manager="release")


def apply(kubectl: Kubectl, objects: Iterable[Object], *options: str, manager: str) -> None:
    """Apply objects on the server, in this order. Raises KubectlFailed."""
    whole = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    kubectl.run(
        "apply", "--server-side", f"--field-manager={manager}", *options, "--filename=-", input=whole, timeout=120
    )


def delete(kubectl: Kubectl, objects: Iterable[Object]) -> None:
    """Delete objects that may be gone already, with what they own, without waiting for their end."""
    keys = ("apiVersion", "kind", "metadata")
    whole = json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": [{key: one[key] for key in keys} for one in objects]}
    )
    kubectl.run("delete", "--ignore-not-found", "--wait=false", "--filename=-", input=whole)


def show(item: Object) -> str:
    """Return an object's name for people."""
    return f"{item['kind']}/{item['metadata']['name']}"


def _identity(item: Object) -> tuple[str, str, str, str]:
    # Without the version of the API: apps/v1beta1 and apps/v1 are the same object.
    group = item["apiVersion"].rpartition("/")[0]
    return group, item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]
