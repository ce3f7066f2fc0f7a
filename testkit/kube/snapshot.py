"""A namespace's workloads, pods and events at one moment, and who belongs to whom.

    now = Snapshot.take(kubectl, ["deployment/webapp", "job/migrate"])
    webapp = now.workload("deployment/webapp")
    now.current_pods(webapp)       # of the revision that is being rolled out
    now.old_pods(webapp)           # of earlier ones, and those that are being deleted
    now.warnings(webapp)           # of it, its ReplicaSet and its pods, the newest last

One kubectl call reads everything. Who belongs to whom is told by owner references, as the controllers do it: labels may
be shared by strangers.
"""

from collections.abc import Iterable, Sequence
from typing import Self

from testkit.kube.kubectl import Kubectl, Object

KINDS = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet", "job": "Job"}
"""Workloads by the name that kubectl takes."""

# Where each kind of workload notes which revision its pods are of: in a ReplicaSet, in itself, in a ControllerRevision.
_NEEDED = {"deployment": ("replicasets",), "statefulset": (), "daemonset": ("controllerrevisions",), "job": ()}

_REVISION = "deployment.kubernetes.io/revision"


class NoSuchWorkload(LookupError):
    """What is to be waited for is not there, or is nothing that rolls out."""


class Snapshot:
    """Objects of one namespace, all read at about the same moment."""

    def __init__(self, items: Iterable[Object], namespace: str = "") -> None:
        self.items = list(items)
        self.namespace = namespace

    @classmethod
    def take(cls, kubectl: Kubectl, workloads: Sequence[str]) -> Self:
        """Read what is needed to judge these workloads. Raises KubectlFailed, NoSuchWorkload."""
        kinds = dict.fromkeys(_split(workload)[0] for workload in workloads)
        needed = dict.fromkeys(extra for kind in kinds for extra in _NEEDED[kind])
        wanted = ",".join([*(f"{kind}s" for kind in kinds), *needed, "pods", "events"])
        # A server that restarts may hang; the next look is worth more than a long wait for this one.
        return cls(kubectl.json("get", wanted, timeout=20)["items"], kubectl.namespace or "")

    def workload(self, name: str) -> Object:
        """Return the workload "kind/name". Raises NoSuchWorkload."""
        kind, plain = _split(name)
        there = {item["metadata"]["name"]: item for item in self.items if item["kind"] == KINDS[kind]}
        if plain not in there:
            others = ", ".join(sorted(there)) or "none at all"
            raise NoSuchWorkload(f"there is no {name} in namespace {self.namespace}; of that kind there is {others}")
        return there[plain]

    def current_pods(self, workload: Object) -> list[Object]:
        """Return the living pods of the revision that the workload is to have now."""
        owner, label, value = self._revision(workload)
        return [
            pod
            for pod in self._owned(owner, "Pod")
            if "deletionTimestamp" not in pod["metadata"]
            and (not label or pod["metadata"]["labels"].get(label) == value)
        ]

    def old_pods(self, workload: Object) -> list[Object]:
        """Return the pods of earlier revisions, and those that are being deleted, until the last of them is gone."""
        current = {pod["metadata"]["uid"] for pod in self.current_pods(workload)}
        owners = [workload, *self._owned(workload, "ReplicaSet")]
        return [pod for owner in owners for pod in self._owned(owner, "Pod") if pod["metadata"]["uid"] not in current]

    def creator(self, workload: Object) -> Object:
        """Return who makes the workload's current pods: a Deployment's ReplicaSet, else the workload itself."""
        return self._revision(workload)[0] or workload

    def events(self, *objects: Object) -> list[Object]:
        """Return the events about these objects, the newest last."""
        wanted = {item["metadata"]["uid"] for item in objects}
        about = [item for item in self.items if item["kind"] == "Event"]
        return sorted((event for event in about if event["involvedObject"].get("uid") in wanted), key=when)

    def warnings(self, workload: Object) -> list[Object]:
        """Return the warnings about a workload, who makes its pods, and its current pods, the newest last."""
        pods = self.current_pods(workload)
        return [event for event in self.events(workload, self.creator(workload), *pods) if event["type"] == "Warning"]

    def _revision(self, workload: Object) -> tuple[Object | None, str, str]:
        """Return the owner of the current pods, and the label with its value that tells them from others."""
        kind, metadata = workload["kind"], workload["metadata"]
        if kind == "Deployment":
            revision = metadata.get("annotations", {}).get(_REVISION)
            sets = self._owned(workload, "ReplicaSet")
            ours = [one for one in sets if one["metadata"].get("annotations", {}).get(_REVISION) == revision]
            return (ours[0] if ours else None), "", ""
        if kind == "StatefulSet":
            return workload, "controller-revision-hash", workload.get("status", {}).get("updateRevision", "")
        if kind == "DaemonSet":
            newest = max(self._owned(workload, "ControllerRevision"), key=lambda one: one["revision"], default=None)
            known = newest["metadata"]["labels"]["controller-revision-hash"] if newest else ""
            return workload, "controller-revision-hash", known
        return workload, "", ""

    def _owned(self, owner: Object | None, kind: str) -> list[Object]:
        uid = owner["metadata"]["uid"] if owner else None
        return [
            item
            for item in self.items
            if item["kind"] == kind and any(one["uid"] == uid for one in item["metadata"].get("ownerReferences", []))
        ]


def when(event: Object) -> str:
    """Return when an event was last seen, as text that sorts by time."""
    series = event.get("series") or {}
    times = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    # To whole seconds: the fields have different precision, and a fraction would sort behind the letter Z.
    return str(next((time for time in times if time), event["metadata"].get("creationTimestamp", "")))[:19]


def _split(workload: str) -> tuple[str, str]:
    kind, _, name = workload.partition("/")
    kind = kind.lower().removesuffix("s").partition(".")[0]
    if kind not in KINDS or not name:
        raise NoSuchWorkload(
            f"{workload!r} is nothing that rolls out; wanted is KIND/NAME, KIND one of {', '.join(KINDS)}"
        )
    return kind, name
