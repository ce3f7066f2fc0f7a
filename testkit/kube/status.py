"""How far a workload has come, read from its own numbers.

    status.of(deployment)      # Progress(done=False, text="2 of 3 updated, 3 of 3 available, 1 old")

The controllers write numbers some moments after a change. Until `observedGeneration` has caught up with `generation`
they describe the workload before it, so nothing that they say counts: reading them too early is why a roll-out that has
not even begun is taken for a finished one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from testkit.kube.kubectl import Object


@dataclass(frozen=True)
class Progress:
    """done: all is as it should be. text: the counted numbers. failed: why it will never be done."""

    done: bool
    text: str
    failed: str = ""


def of(workload: Object) -> Progress:
    """Return the progress of a Deployment, StatefulSet, DaemonSet or Job."""
    if not observed(workload):
        generation, seen = workload["metadata"]["generation"], workload.get("status", {}).get("observedGeneration", 0)
        return Progress(False, f"its controller has not seen generation {generation} yet, only {seen}")
    return _READERS[workload["kind"]](workload)


def observed(workload: Object) -> bool:
    """Tell whether the controller has seen the newest generation, so that what it wrote counts. Jobs have none."""
    seen: int = workload.get("status", {}).get("observedGeneration", 0)
    newest: int = workload["metadata"].get("generation", 1)
    return workload["kind"] == "Job" or seen >= newest


def condition(item: Object, kind: str, value: str = "True") -> Object | None:
    """Return a condition of an object when it has this value, else None."""
    conditions: list[Object] = item.get("status", {}).get("conditions") or []
    return next((one for one in conditions if one["type"] == kind and one["status"] == value), None)


def said(one: Object) -> str:
    """Return a condition's reason and message."""
    return f"{one.get('reason', one['type'])}: {one.get('message', 'no message')}"


def _deployment(deployment: Object) -> Progress:
    status = deployment.get("status", {})
    wanted = deployment["spec"].get("replicas", 1)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    old = status.get("replicas", 0) - updated
    text = f"{updated} of {wanted} updated, {available} of {wanted} available, {old} old"
    if deployment["spec"].get("paused"):
        return Progress(False, text, "it is paused: `kubectl rollout resume` lets it go on")
    return Progress(updated >= wanted and available >= wanted and old <= 0, text)


def _statefulset(statefulset: Object) -> Progress:
    spec, status = statefulset["spec"], statefulset.get("status", {})
    wanted = spec.get("replicas", 1)
    strategy = spec.get("updateStrategy", {})
    # Pods below the partition keep the old revision on purpose.
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    due = max(0, wanted - partition)
    current, update = status.get("currentRevision", ""), status.get("updateRevision", "")
    updated = status.get("updatedReplicas", 0)
    ready, available = status.get("readyReplicas", 0), status.get("availableReplicas", 0)
    text = f"{updated} of {due} updated, {available} of {wanted} available, revision {current or '?'} → {update or '?'}"
    if strategy.get("type") == "OnDelete":
        return Progress(False, text, "its updateStrategy is OnDelete: it rolls nothing out by itself")
    settled = current == update or partition > 0
    return Progress(updated >= due and ready >= wanted and available >= wanted and settled, text)


def _daemonset(daemonset: Object) -> Progress:
    status = daemonset.get("status", {})
    wanted = status.get("desiredNumberScheduled", 0)
    updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
    text = f"{updated} of {wanted} nodes updated, {available} of {wanted} available"
    if daemonset["spec"].get("updateStrategy", {}).get("type") == "OnDelete":
        return Progress(False, text, "its updateStrategy is OnDelete: it rolls nothing out by itself")
    return Progress(updated >= wanted and available >= wanted, text)


def _job(job: Object) -> Progress:
    status = job.get("status", {})
    counts = ", ".join(f"{status.get(state, 0)} {state}" for state in ("active", "succeeded", "failed"))
    text = f"{counts}, of {job['spec'].get('completions', 1)} wanted and {job['spec'].get('backoffLimit', 6)} retries"
    if job["spec"].get("suspend"):
        return Progress(False, text, "it is suspended: it runs nothing until spec.suspend is false")
    # FailureTarget and SuccessCriteriaMet come first, while the last pods are still ending.
    if wrong := condition(job, "Failed") or condition(job, "FailureTarget"):
        return Progress(False, text, said(wrong))
    if condition(job, "SuccessCriteriaMet") and not condition(job, "Complete"):
        text += ", successful, its last pods are ending"
    return Progress(condition(job, "Complete") is not None, text)


_READERS: dict[str, Callable[[Object], Progress]] = {
    "Deployment": _deployment,
    "StatefulSet": _statefulset,
    "DaemonSet": _daemonset,
    "Job": _job,
}
