"""kubectl as a value: one binary, one cluster, one namespace.

    kubectl = Kubectl(Path("~/.cache/x/kubectl-1.35.4").expanduser(), Path(".strata/kubeconfig"), "shop")
    kubectl.get("deployment", "webapp")["spec"]["replicas"]
    kubectl.get("pods", selector="app=web")                 # a list
    kubectl.find("configmap", "release")                    # None where there is none
    kubectl.exec("deploy/webapp", ["id", "-u"])
    kubectl.within("kube-system").logs("coredns-1", tail=20)
    kubectl.run("apply", "--server-side", "--filename=-", input=manifests.yaml())

Binary and kubeconfig are always given, so that neither PATH nor the reader's current context decides which cluster a
test changes. A command that fails raises `KubectlFailed` with the command as it can be typed, and what kubectl said.
Warnings of the API server go to stderr and never into a result; `--warnings-as-errors` makes them failures.
"""

import json
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, overload

from testkit.retryable import RETRYABLE as EVERYWHERE
from testkit.retryable import Retryable

Object = dict[str, Any]
"""A Kubernetes object as JSON."""

LONGEST_ANSWER = 4000
"""Characters of kubectl's complaint that a message carries: a refused apply of a whole release fits."""

# kubectl quotes many files and patches in its command line; the beginning says which command it was.
_LONGEST_COMMAND = 300

RETRYABLE = (
    *EVERYWHERE,
    Retryable(
        "testkit.kube.kubectl.KubectlFailed",
        r"connection refused|server \S+ was refused|connection reset|TLS handshake timeout|unexpected EOF"
        r"|apiserver not ready|etcdserver: (leader changed|request timed out)|server is currently unable to handle",
        "the API server starts, restarts or elects a leader",
        "https://kubernetes.io/docs/concepts/architecture/control-plane-communication/",
    ),
)
"""What a wait on a cluster goes on after; for `wait.until(retryable=…)`."""


class KubectlFailed(RuntimeError):
    """A kubectl command ended with an error, or not in time.

    command: as it can be typed. code: exit code, None after a time-out. stderr: what kubectl said.
    """

    def __init__(self, command: str, code: int | None, stderr: str, what: str) -> None:
        self.command = command
        self.code = code
        self.stderr = stderr
        shown = command if len(command) <= _LONGEST_COMMAND else f"{command[:_LONGEST_COMMAND]} …"
        said = stderr.strip()[-LONGEST_ANSWER:] or "it said nothing"
        super().__init__(f"{shown}\n  {what}: {said}")


class Kubectl:
    """kubectl for one cluster, and for one namespace unless it is None: then the kubeconfig's own."""

    def __init__(self, binary: Path, kubeconfig: Path, namespace: str | None = None) -> None:
        self.binary = binary
        self.kubeconfig = kubeconfig
        self.namespace = namespace

    def __repr__(self) -> str:
        return f"Kubectl({self.binary}, {self.kubeconfig}, {self.namespace})"

    def within(self, namespace: str) -> Self:
        """Return the same for another namespace."""
        return type(self)(self.binary, self.kubeconfig, namespace)

    def command(self, *args: str) -> list[str]:
        """Return the whole command line, for those who start it themselves."""
        # The list of API kinds is cached by the server's address, and clusters of tests inherit each other's ports: so
        # the cache stays with the kubeconfig. For ~/.kube/config this is kubectl's own place.
        fixed = [f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self.kubeconfig.parent / 'cache'}"]
        where = [f"--namespace={self.namespace}"] if self.namespace else []
        return [str(self.binary), *fixed, *where, *args]

    def run(self, *args: str, input: str | None = None, timeout: float = 60) -> str:  # noqa: A002  # as subprocess says
        """Run a command and return its stdout.

        input: its stdin, for `--filename=-`: secrets belong there, a command line can be read by everybody.
        timeout: seconds until it is killed.

        Raises KubectlFailed.
        """
        command = self.command(*args)
        shown = shlex.join(["kubectl", *command[3:]])
        try:
            done = self._finish(command, input or "", timeout)
        except subprocess.TimeoutExpired as error:
            said = error.stderr.decode(errors="replace") if isinstance(error.stderr, bytes) else error.stderr or ""
            raise KubectlFailed(shown, None, said, f"was killed after {timeout:g} s") from None
        except OSError as error:
            raise KubectlFailed(shown, None, str(error), f"could not be started from {self.binary}") from None
        if done.returncode:
            raise KubectlFailed(shown, done.returncode, done.stderr or done.stdout, f"code {done.returncode}")
        return done.stdout

    def json(self, *args: str, input: str | None = None, timeout: float = 60) -> Any:  # noqa: A002
        """Run a command with `--output=json` and return what it printed; None when that was nothing."""
        printed = self.run(*args, "--output=json", input=input, timeout=timeout)
        return json.loads(printed) if printed.strip() else None

    @overload
    def get(self, kind: str, name: str) -> Object: ...

    @overload
    def get(self, kind: str, name: None = None, selector: str | None = None) -> list[Object]: ...

    def get(self, kind: str, name: str | None = None, selector: str | None = None) -> Object | list[Object]:
        """Return one object by its name, or all of a kind as a list, which may be empty.

        kind: as kubectl takes it: "pods", "deployment", "ingresses.networking.k8s.io".
        selector: labels, as `--selector` takes them.

        Raises KubectlFailed, also when the named object is not there.
        """
        if name is not None:
            one: Object = self.json("get", kind, name)
            return one
        chosen = [f"--selector={selector}"] if selector else []
        all_of_them: list[Object] = self.json("get", kind, *chosen)["items"]
        return all_of_them

    def find(self, kind: str, name: str) -> Object | None:
        """Return one object by its name, None when it is not there."""
        found: Object | None = self.json("get", kind, name, "--ignore-not-found")
        return found

    def exec(self, pod: str, command: Sequence[str], container: str | None = None, *, timeout: float = 60) -> str:
        """Run a command in a pod, given by its name or as "deploy/webapp", and return its stdout."""
        chosen = [f"--container={container}"] if container else []
        return self.run("exec", pod, *chosen, "--", *command, timeout=timeout)

    def logs(self, pod: str, container: str | None = None, *, previous: bool = False, tail: int | None = None) -> str:
        """Return what a container wrote; all containers of the pod, each line with its name, where none is named.

        previous: of its last life, which is where a crash is told.
        """
        chosen = [f"--container={container}"] if container else ["--all-containers", "--prefix"]
        chosen += ["--previous"] if previous else []
        chosen += [f"--tail={tail}"] if tail is not None else []
        return self.run("logs", pod, *chosen)

    def _finish(self, command: Sequence[str], text: str, timeout: float) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603  # to run kubectl is what this class is for
            command, input=text, capture_output=True, text=True, timeout=timeout, check=False
        )
