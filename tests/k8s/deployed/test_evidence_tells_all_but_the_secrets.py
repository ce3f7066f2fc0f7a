"""Does a failed test leave what its reader needs, and no secret?"""

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit.evidence import Folder
from testkit.kube.evidence import evidence_of
from testkit.kube.kubectl import Kubectl
from testkit.wait import NotYet, until
from tests.k8s.support import nearby
from tests.k8s.support.names import INGRESS_NAMESPACE, NAMESPACE
from tests.k8s.support.release import Release

PASSWORD = "correct-horse-battery-staple"  # of nothing
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "known"},
    "data": {"it": base64.b64encode(PASSWORD.encode()).decode()},
}
# What a program does when it falls: it says whom it could not reach, with everything that it was given.
CRASH = "import os, sys; print('life', os.getpid(), 'cannot reach', os.environ['IT']); sys.exit(1)"


@pytest.fixture
def crashing(release: Release) -> Iterator[Kubectl]:
    """A namespace in which a pod has crashed, and writes a secret into its log each time."""
    given = [{"name": "IT", "valueFrom": {"secretKeyRef": {"name": "known", "key": "it"}}}]
    pod = nearby.pod("crashing", release.references["strata"], ["python", "-c", CRASH], env=given)
    with nearby.namespace(release.kubectl, "evidence") as kubectl, nearby.created(kubectl, SECRET, pod):

        def crashed() -> bool | NotYet:
            states = kubectl.get("pod", "crashing")["status"].get("containerStatuses", [])
            # Two lives, the second of them over as well.
            twice = [state for state in states if state["restartCount"] >= 1 and "running" not in state["state"]]
            return bool(twice) or NotYet(str(states))

        until(crashed, 60, every=0.2, why="the pod to crash and be started again")
        yield kubectl


def files_of(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_a_crash_is_told_from_its_first_life_on(crashing: Kubectl, tmp_path: Path) -> None:
    """Red: the reader of a failed pipeline sees that something crashed, and nowhere why."""
    evidence_of(crashing, ["evidence"])(Folder(tmp_path, since=time.time() - 300))
    files = files_of(tmp_path)
    logs = {"evidence.crashing.main.log", "evidence.crashing.main.previous.log"}
    needed = {"evidence.describe.txt", "evidence.events.txt", *logs}
    assert needed <= files.keys(), f"missing: {needed - files.keys()}; there is {sorted(files)}"
    # Right after a crash the node has removed the life before, and the present one is the crash's.
    told = [files[name] for name in sorted(logs)]
    assert any("cannot reach" in log for log in told), f"neither of the crash's logs says why: {told}"
    shown = [name for name, text in files.items() if PASSWORD in text]
    assert not shown, f"the namespace's secret stands in {', '.join(shown)}"


def test_the_release_is_told_without_its_secrets(release: Release, tmp_path: Path) -> None:
    """Red: passwords are published with the build's artefacts, or the artefacts explain nothing."""
    namespaces = [NAMESPACE, INGRESS_NAMESPACE]
    evidence_of(release.kubectl, namespaces, manifests=lambda: release.deployed)(Folder(tmp_path, since=0))
    files = files_of(tmp_path)
    assert "manifests.yaml" in files, f"what was deployed is not there: {sorted(files)}"
    pods = [pod["metadata"]["name"] for part in ("web", "flusher", "mysql", "redis") for pod in release.pods(part)]
    silent = [pod for pod in pods if not any(name.startswith(f"{NAMESPACE}.{pod}.") for name in files)]
    assert not silent, f"no log of {', '.join(silent)}; there is {sorted(files)}"
    values = release.kubectl.get("secret", "strata-secrets")["data"].values()
    secrets = [line for value in values for line in base64.b64decode(value).decode().splitlines()]
    # The number of the secret, not the secret: this message is published as well.
    shown = [f"{name}: secret {n}" for name, text in files.items() for n, one in enumerate(secrets) if one in text]
    assert not shown, f"the release's secrets stand in the evidence: {', '.join(shown)}"
