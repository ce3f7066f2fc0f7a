"""What a failed test leaves of its namespaces, for `testkit.evidence`.

    evidence.collect_with(request.config, evidence_of(kubectl, ["shop", "ingress"], manifests=lambda: deployed))

Of each namespace: `kubectl describe` of whatever runs, the events in the order of their time, the log of each container
since the test began, the log of its life before where it was restarted; and the manifests that were deployed. What the
namespace's Secrets hold is hidden in all of it.
"""

import base64
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from testkit.evidence import Collector, Folder
from testkit.kube.kubectl import Kubectl, KubectlFailed, Object
from testkit.kube.render import Manifests
from testkit.kube.snapshot import when

DESCRIBED = "deployments,statefulsets,daemonsets,jobs,replicasets,pods,services,ingresses,networkpolicies,hpa,pdb,pvc"
"""Kinds that are described; Secrets and ConfigMaps are not."""


class EvidenceMissing(RuntimeError):
    """Some of it could not be read; the rest is there."""


def evidence_of(
    kubectl: Kubectl, namespaces: Sequence[str], *, manifests: Callable[[], Manifests | None] = lambda: None
) -> Collector:
    """Return a collector for these namespaces.

    manifests: gives what was deployed, as it is known when a test fails.
    """

    def collect(folder: Folder) -> None:
        problems: list[str] = []
        for namespace in namespaces:
            _Namespace(kubectl.within(namespace), namespace, folder, problems).collect()
        if deployed := manifests():
            folder.write("manifests.yaml", deployed.yaml())
        if problems:
            raise EvidenceMissing("; ".join(problems))

    return collect


class _Namespace:
    def __init__(self, kubectl: Kubectl, name: str, folder: Folder, problems: list[str]) -> None:
        self._kubectl = kubectl
        self._name = name
        self._folder = folder
        self._problems = problems

    def collect(self) -> None:
        # First of all, so that nothing is written before it is known what to hide.
        if not self._try(self._learn_secrets):
            return
        self._try(lambda: self._write("describe.txt", self._kubectl.run("describe", DESCRIBED)))
        self._try(lambda: self._write("events.txt", _told(self._kubectl.get("events"))))
        self._try(self._write_logs)

    def _learn_secrets(self) -> None:
        for secret in self._kubectl.get("secrets"):
            values = [base64.b64decode(value).decode(errors="replace") for value in (secret.get("data") or {}).values()]
            self._folder.learn(*(line.strip() for value in values for line in value.splitlines()))

    def _write_logs(self) -> None:
        for pod in self._kubectl.get("pods"):
            for container in _containers(pod):
                self._write_lives(pod["metadata"]["name"], container)

    def _write_lives(self, pod: str, container: Object) -> None:
        begun = dt.datetime.fromtimestamp(self._folder.since, dt.UTC).isoformat(timespec="seconds")
        name, restarted = container["name"], container.get("restartCount", 0) > 0
        chosen = ["logs", pod, f"--container={name}", "--timestamps"]
        # The life before comes first. When the node has removed it, which is said in its place, then because the
        # container has crashed once more: what is asked for next is that crash.
        if restarted:
            self._try(partial(self._previous_log, f"{pod}.{name}.previous.log", [*chosen, "--previous"]))
        if "waiting" not in container.get("state", {}) or restarted:
            self._try(partial(self._log, f"{pod}.{name}.log", [*chosen, f"--since-time={begun}"]))

    def _log(self, name: str, command: Sequence[str]) -> None:
        if text := self._kubectl.run(*command):
            self._write(name, text)

    def _previous_log(self, name: str, command: Sequence[str]) -> None:
        try:
            self._log(name, command)
        except KubectlFailed as error:
            # Removed with its state; where only its log is gone, kubectl says so on its output and ends well.
            if "previous terminated container" not in error.stderr:
                raise
            self._write(name, error.stderr)

    def _write(self, name: str, text: str) -> None:
        self._folder.write(f"{self._name}.{name}", text)

    def _try(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except KubectlFailed as error:
            self._problems.append(str(error))
            return False
        return True


def _containers(pod: Object) -> Iterator[Object]:
    status = pod.get("status", {})
    for field in ("initContainerStatuses", "containerStatuses"):
        yield from status.get(field) or []


def _told(events: Sequence[Object]) -> str:
    lines = (
        f"{when(event)} {event['type']:7} {event['involvedObject'].get('kind')}/{event['involvedObject'].get('name')} "
        f"{event['reason']}: {event.get('message', '').strip()}"
        for event in sorted(events, key=when)
    )
    return "".join(f"{line}\n" for line in lines)
