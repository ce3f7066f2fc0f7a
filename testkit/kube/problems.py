"""Why a roll-out will not end well, seen in its pods and in who makes them.

    for problem in of(now, workload, restarts):
        ...                            # str(problem): "pod webapp-1, container web: ImagePullBackOff: … not found"

Some states are final: a name that the registry does not know, a program that crashes again and again. Others heal by
themselves now and then: a Secret that an operator is about to write, a node that the autoscaler is about to add, an
init container that ends with an error until the schema is there. Those count when they have lasted `patience` seconds.

A Job repeats its pods by itself, as often as its backoffLimit says: crashes are its own business, until it gives up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from testkit.kube.kubectl import Object
from testkit.kube.snapshot import Snapshot
from testkit.kube.status import condition, said

INIT_PATIENCE = 60.0
"""Seconds for an init container in CrashLoopBackOff. The pauses are 10, 20 and 40 s: it gets two or three tries."""

CRASHES = 2
"""Restarts after an error, while being watched, that need no CrashLoopBackOff to be believed."""

_FINAL = {"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RunContainerError"}
_LASTING = {"CreateContainerConfigError", "CreateContainerError"}

# What a registry answers when asking again changes nothing. Anything else may be a network that is not up yet, and has
# until the kubelet backs off. Its event says so at once; the pod's status says ImagePullBackOff some 15 s later only.
_REFUSED = re.compile(r"not found|manifest unknown|denied|unauthorized|authorization failed|403 Forbidden")

Restarts = dict[str, int]
"""How often each container had been restarted when it was seen first: old crashes are no news."""


@dataclass(frozen=True)
class Problem:
    """A reason as Kubernetes spells it, its message, where it is, and how many seconds it must last to count."""

    reason: str
    message: str = ""
    pod: str = ""
    container: str = ""
    patience: float = 0

    @property
    def place(self) -> str:
        """What tells one trouble from another: a container alternates between two words for the same one."""
        return f"{self.pod}/{self.container or self.reason}"

    def __str__(self) -> str:
        place = ", ".join(
            filter(None, [self.pod and f"pod {self.pod}", self.container and f"container {self.container}"])
        )
        return ": ".join(filter(None, [place, self.reason, self.message]))


def of(now: Snapshot, workload: Object, restarts: Restarts, patience: float) -> list[Problem]:
    """Return what stands in the way, the gravest first."""
    found = [*_creation(now, workload, patience)]
    for pod in now.current_pods(workload):
        found += [*_scheduling(pod, patience), *_broken(now, workload, pod, restarts, patience)]
    if workload["kind"] == "StatefulSet":
        # https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
        living = [pod for pod in now.old_pods(workload) if "deletionTimestamp" not in pod["metadata"]]
        for problem in (one for pod in living for one in _broken(now, workload, pod, restarts, patience)):
            told = f"an earlier revision left it broken ({problem.reason}), and the StatefulSet waits for it for ever"
            found.append(Problem("StuckPod", told, problem.pod, problem.container, patience))
    return sorted(found, key=lambda problem: problem.patience)


def _creation(now: Snapshot, workload: Object, patience: float) -> Iterator[Problem]:
    # It is stale for a moment after a rollback, when the generation is seen and the condition not yet renewed.
    stuck = condition(workload, "Progressing", "False")
    if stuck and stuck.get("reason") == "ProgressDeadlineExceeded":
        yield Problem("ProgressDeadlineExceeded", stuck.get("message", ""), patience=patience)
    creator = now.creator(workload)
    refused = condition(creator, "ReplicaFailure")
    text = said(refused) if refused else ""
    if creator["kind"] != "ReplicaSet":
        # Only a ReplicaSet keeps it as a condition. Of the others it is true while it is the last thing that they did.
        last = [event for event in now.events(creator) if event["reason"] in {"FailedCreate", "SuccessfulCreate"}][-1:]
        text = "".join(f"FailedCreate: {event['message']}" for event in last if event["reason"] == "FailedCreate")
    if text:
        reason, _, message = text.partition(": ")
        final = "violates PodSecurity" in message
        yield Problem(reason, message, patience=0 if final else patience)


def _scheduling(pod: Object, patience: float) -> Iterator[Problem]:
    homeless = condition(pod, "PodScheduled", "False")
    if homeless and homeless.get("reason") == "Unschedulable":
        yield Problem("Unschedulable", homeless.get("message", ""), pod["metadata"]["name"], patience=patience)


def _broken(now: Snapshot, workload: Object, pod: Object, restarts: Restarts, patience: float) -> Iterator[Problem]:
    backs_off = " ".join(event["message"] for event in now.events(pod) if event["reason"] == "BackOff")
    yield from _waiting(pod, "Back-off pulling image" in backs_off, patience)
    if workload["kind"] != "Job":
        yield from _crashing(pod, backs_off, restarts)


def _waiting(pod: Object, backs_off: bool, patience: float) -> Iterator[Problem]:
    for _, container in _containers(pod):
        waiting = container.get("state", {}).get("waiting") or {}
        reason, message = waiting.get("reason", ""), waiting.get("message", "")
        final = reason in _FINAL or (reason == "ErrImagePull" and (backs_off or _REFUSED.search(message)))
        if final or reason in _LASTING:
            yield Problem(reason, message, pod["metadata"]["name"], container["name"], 0 if final else patience)


def _crashing(pod: Object, backs_off: str, restarts: Restarts) -> Iterator[Problem]:
    for runs_first, container in _containers(pod):
        name, count, state = container["name"], container.get("restartCount", 0), container.get("state", {})
        before = restarts.setdefault(f"{pod['metadata']['uid']}/{name}", count)
        ended = state.get("terminated") or container.get("lastState", {}).get("terminated") or {}
        failed = ended.get("exitCode", 0) != 0 and not container.get("ready")
        # Here, too, the event comes before the status: until then the container is just `terminated`.
        paused = "terminated" in state and failed and f"restarting failed container {name} " in backs_off
        patience = INIT_PATIENCE if runs_first else 0
        if paused or (state.get("waiting") or {}).get("reason") == "CrashLoopBackOff":
            yield Problem("CrashLoopBackOff", _told(ended, count), pod["metadata"]["name"], name, patience)
        elif count - before >= CRASHES and failed and not runs_first:
            yield Problem("Crashing", _told(ended, count), pod["metadata"]["name"], name)


def _told(ended: Object, count: int) -> str:
    how = f"ended with code {ended['exitCode']} ({ended.get('reason', 'Error')})" if ended else "ended"
    return ": ".join(filter(None, [f"{how}, restarted {count} times", ended.get("message", "").strip()]))


def _containers(pod: Object) -> Iterator[tuple[bool, Object]]:
    """Give each container's status, and whether it is one that runs before the others."""
    status = pod.get("status", {})
    yield from ((True, container) for container in status.get("initContainerStatuses") or [])
    yield from ((False, container) for container in status.get("containerStatuses") or [])
