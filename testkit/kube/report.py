"""The words of a failed roll-out: everything that its reader would type next.

deployment/webapp failed after 3.2 s: pod webapp-6d-x, container web: ImagePullBackOff: … not found
  counted: 0 of 2 updated, 2 of 2 available, 2 old
  log of pod webapp-6d-x, container web: none, the container has never run
  warnings: 12:00:01 Pod/webapp-6d-x Failed: Failed to pull image …
  hint: …
"""

import re

from testkit.evidence import redacted
from testkit.kube.kubectl import Kubectl, KubectlFailed, Object
from testkit.kube.problems import Problem
from testkit.kube.snapshot import Snapshot, when

LOG_LINES = 20
"""Lines of a log that a message carries, as testkit.process does."""

LONGEST_LINE = 300
"""Characters of a line of a log: one of JSON with a traceback in it must not hide the rest."""

WARNINGS = 8
"""Warnings that a message carries, the newest ones."""

_PODS = 2

HINTS = {
    "ImagePullBackOff": "is it the reference that was pushed? A node asks its registry, not the engine of this machine",
    "InvalidImageName": "the reference is not well-formed; look for an empty variable in it",
    "CrashLoopBackOff": "the program ends by itself: the log says why; exit code 137 means too little memory or a kill",
    "RunContainerError": "the command is not in the image, or a mount or a security setting does not fit it",
    "CreateContainerConfigError": "a ConfigMap, a Secret or a key of it that the pod names is not there",
    "Unschedulable": "requests, affinity or volumes leave no node; compare with `kubectl describe nodes`",
    "FailedCreate": "Pod Security, a quota or a webhook refuses the pod; `kubectl apply --dry-run=server` warns of it",
    "BackoffLimitExceeded": "its pods ended with an error each time; the log above is of the last one",
    "DeadlineExceeded": "it ran into activeDeadlineSeconds",
    "": "nothing is broken so far as the cluster knows: look at probes and logs, or allow more time",
}
HINTS |= dict.fromkeys(("ErrImagePull", "ErrImageNeverPull"), HINTS["ImagePullBackOff"])
HINTS |= {"Crashing": HINTS["CrashLoopBackOff"], "CreateContainerError": HINTS["CreateContainerConfigError"]}


def text(kubectl: Kubectl, now: Snapshot, name: str, counted: str, problem: Problem | None, seconds: float) -> str:
    """Return the whole message; secrets in logs are hidden."""
    workload = now.workload(name)
    parts = [
        f"{name} failed after {seconds:.1f} s: {problem}" if problem else f"{name} was not ready in time",
        f"  counted: {counted}",
        *(f"  {line}" for line in _logs(kubectl, now, workload, problem)),
        *_warnings(_about(now.warnings(workload), problem)),
        f"  hint: {HINTS.get(problem.reason if problem else '', '')}",
    ]
    if workload["kind"] == "StatefulSet" and problem and problem.pod:
        parts.append(f"  a StatefulSet does not replace a broken pod: after mending it, delete pod {problem.pod}")
    return redacted("\n".join(part for part in parts if part != "  hint: "))


def _logs(kubectl: Kubectl, now: Snapshot, workload: Object, problem: Problem | None) -> list[str]:
    if problem and problem.pod:
        chosen = [(problem.pod, [problem.container])] if problem.container else []
    else:
        unready = [pod for pod in now.current_pods(workload) if not _ready(pod)]
        newest = sorted(unready, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")), reverse=True)
        chosen = [(pod["metadata"]["name"], _started(pod)) for pod in newest[:_PODS]]
    return [line for pod, names in chosen for container in names for line in _log(kubectl, pod, container)]


def _log(kubectl: Kubectl, pod: str, container: str) -> list[str]:
    lines: list[str] = []
    shown: list[str] = []
    for life, previous in (("", False), ("previous ", True)):
        try:
            log = kubectl.logs(pod, container, previous=previous, tail=LOG_LINES).splitlines()
        except KubectlFailed:
            continue
        # Between two lives the last one is the current one as well; and of one that is gone the node says only that.
        if log and log != shown and not log[0].startswith("unable to retrieve container logs"):
            shown = log
            lines += [
                f"{life}log of pod {pod}, container {container}, its end:",
                *(f"  | {line[:LONGEST_LINE]}" for line in log),
            ]
    return lines or [f"log of pod {pod}, container {container}: none"]


def _about(events: list[Object], problem: Problem | None) -> list[Object]:
    """Leave out what is said of other pods than the one at fault."""
    if not (problem and problem.pod):
        return events
    return [
        one for one in events if one["involvedObject"]["name"] == problem.pod or one["involvedObject"]["kind"] != "Pod"
    ]


def _warnings(events: list[Object]) -> list[str]:
    latest = {(event["involvedObject"]["name"], event["reason"], _same(event["message"])): event for event in events}
    told = [
        f"    {when(event)[11:]} {event['involvedObject']['kind']}/{event['involvedObject']['name']} "
        f"{event['reason']}{_times(event)}: {event['message'].strip()}"
        for event in list(latest.values())[-WARNINGS:]
    ]
    return ["  warnings, the newest last:", *told] if told else ["  warnings: none"]


def _same(message: str) -> str:
    """Return a message without the random end of a pod's name, which makes of one refusal many."""
    return re.sub(r"-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "", message)


def _times(event: Object) -> str:
    count = (event.get("series") or {}).get("count") or event.get("count") or 1
    return f" ×{count}" if count > 1 else ""


def _started(pod: Object) -> list[str]:
    status = pod.get("status", {})
    every = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return [one["name"] for one in every if not one.get("ready") and "waiting" not in one.get("state", {})]


def _ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
