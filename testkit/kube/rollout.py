"""Wait until workloads are what they should be, and say at once why when they never will.

    rollout(kubectl, "deployment/webapp", timeout=120)
    rollout(kubectl, "statefulset/mysql", "deployment/webapp", "job/migrate-1f2e3d4c", timeout=180)   # whichever fails
    rollout(kubectl, "deployment/webapp", timeout=120, drained=True)    # and no pod of the old revision is left

`kubectl rollout status` knows no Jobs, waits for its time-out when an image cannot be pulled or a program crashes, and
then says "timed out". Terratest's waits do not look at the generation, and take the pods from before for the new ones.
Here, several times a second, all is read in one call:

- numbers count only once the controller has seen the newest generation (`testkit.kube.status`);
- a Job is done when it is Complete, and failed as soon as its controller says so;
- pods of *this* revision, and the ReplicaSet that makes them, are searched for what cannot heal: an image that cannot
  be pulled, CrashLoopBackOff, a refusal by Pod Security (`testkit.kube.problems`). What may heal, such as a missing
  Secret or a pod that fits on no node, must last for `patience` seconds.

`RolloutFailed` then has the awaited and the counted numbers, pod, container and reason, the last lines of its log, also
of its previous life, the warnings of the cluster, and a hint. `RolloutTimeout` has the same.
"""

import time
from collections.abc import Sequence

from testkit.kube import problems, report, status
from testkit.kube.kubectl import RETRYABLE, Kubectl, Object
from testkit.kube.problems import Problem
from testkit.kube.snapshot import Snapshot
from testkit.wait import NotYet, WaitTimeout, until

PATIENCE = 10.0
"""Seconds for a state that may heal by itself, such as a Secret that an operator writes after the Deployment."""

# Seconds of the first pause; `until` lets it grow to ten times that, so one second is the longest.
_EVERY = 0.1


class RolloutFailed(RuntimeError):
    """A workload will never be what it should be.

    workload: "kind/name". problem: what stands in the way; None when only the time was over.
    """

    def __init__(self, message: str, workload: str, problem: Problem | None) -> None:
        super().__init__(message)
        self.workload = workload
        self.problem = problem


class RolloutTimeout(RolloutFailed):
    """A workload was not what it should be in time, and nothing said why."""


class _Watch:
    """What must be remembered between two looks."""

    def __init__(self, workloads: Sequence[str], drained: bool, patience: float) -> None:
        self.workloads = workloads
        self.now = Snapshot([])
        self.late = workloads[0]
        self._drained = drained
        self._patience = patience
        self._restarts: problems.Restarts = {}
        self._since: dict[tuple[str, str], float] = {}
        self._begin = time.monotonic()

    def look(self, kubectl: Kubectl) -> list[Object] | NotYet:
        """Return the workloads when all are done; raise RolloutFailed when one cannot be done any more."""
        self.now = Snapshot.take(kubectl, self.workloads)
        found = [self.now.workload(name) for name in self.workloads]
        missing: list[str] = []
        for name, workload in zip(self.workloads, found, strict=True):
            progress = self._progress(workload)
            if progress.done:
                continue
            problem = self._fatal(workload, progress)
            if problem:
                raise RolloutFailed(self.tell(kubectl, name, problem), name, problem)
            self.late = name if not missing else self.late
            missing.append(f"{name}: {progress.text}")
        return NotYet("; ".join(missing)) if missing else found

    def tell(self, kubectl: Kubectl, name: str, problem: Problem | None) -> str:
        """Return the message for a workload that failed, or was too late."""
        progress = self._progress(self.now.workload(name))
        return report.text(kubectl, self.now, name, progress.text, problem, time.monotonic() - self._begin)

    def _progress(self, workload: Object) -> status.Progress:
        progress = status.of(workload)
        old = self.now.old_pods(workload) if self._drained and progress.done else []
        if not old:
            return progress
        names = ", ".join(pod["metadata"]["name"] for pod in old)
        return status.Progress(False, f"{progress.text}; old pods are still there: {names}")

    def _fatal(self, workload: Object, progress: status.Progress) -> Problem | None:
        if progress.failed:
            reason, _, message = progress.failed.partition(": ")
            return Problem(reason, message)
        uid, moment = workload["metadata"]["uid"], time.monotonic()
        seen = problems.of(self.now, workload, self._restarts, self._patience) if status.observed(workload) else []
        places = {(uid, problem.place): problem for problem in seen}
        gone = [key for key in self._since if key[0] == uid and key not in places]
        for key in gone:
            del self._since[key]
        for place, problem in places.items():
            if moment - self._since.setdefault(place, moment) >= problem.patience:
                return problem
        return None


def rollout(
    kubectl: Kubectl, *workloads: str, timeout: float, drained: bool = False, patience: float = PATIENCE
) -> list[Object]:
    """Wait until all workloads are rolled out, and return them as they are then.

    workloads: "deployment/NAME", "statefulset/NAME", "daemonset/NAME", "job/NAME".
    timeout: seconds for all of them together.
    drained: also wait until the last pod of an old revision is gone.
    patience: seconds that a state which may heal has to do so.

    Raises RolloutFailed as soon as one of them cannot succeed, RolloutTimeout, NoSuchWorkload.
    """
    watch = _Watch(workloads, drained, patience)
    why = f"{', '.join(workloads)} to be rolled out"
    try:
        return until(lambda: watch.look(kubectl), timeout, _EVERY, why, retryable=RETRYABLE)
    except WaitTimeout as error:
        # Without one answer from the cluster there is nothing to tell but that.
        message = watch.tell(kubectl, watch.late, None) if watch.now.items else ""
        raise RolloutTimeout("\n".join(filter(None, [str(error), message])), watch.late, None) from None
