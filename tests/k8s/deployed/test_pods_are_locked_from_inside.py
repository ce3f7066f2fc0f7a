"""Seen from inside each pod: who is it, what may it, and what can it write?"""

from dataclasses import dataclass
from typing import Any

import pytest

from testkit.kube.kubectl import KubectlFailed
from tests.k8s.support.release import Release

USERS = {"web": 10001, "flusher": 10001, "mysql": 999, "redis": 999}

# Linux's number for "only the system calls on a list"; proc_pid_status(5).
SECCOMP_FILTER = "2"


@dataclass(frozen=True)
class Inside:
    """The first process of a pod of each part."""

    release: Release
    part: str
    pod: str

    def run(self, *command: str) -> str:
        return self.release.kubectl.exec(self.pod, command).strip()

    def status(self) -> dict[str, str]:
        lines = (line.partition(":") for line in self.run("cat", "/proc/1/status").splitlines())
        return {name: value.strip() for name, _, value in lines}


@pytest.fixture(params=USERS)
def inside(request: pytest.FixtureRequest, release: Release) -> Inside:
    part: Any = request.param
    return Inside(release, part, release.pods(part)[0]["metadata"]["name"])


def test_the_user_is_the_images_own(inside: Inside) -> None:
    """Red: a break-in starts with root, or with another part's files."""
    user, group = inside.run("id", "-u"), inside.run("id", "-g")
    wanted = str(USERS[inside.part])
    assert (user, group) == (wanted, wanted), f"{inside.pod} runs as {user}:{group}; wanted: {wanted}:{wanted}"


def test_no_capability_is_left(inside: Inside) -> None:
    """Red: a break-in can change the network, load modules, or read what is not its own."""
    status = inside.status()
    for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, f"{inside.pod}: {name} is {status[name]}; capabilities.drop must be [ALL]"


def test_no_more_can_be_gained(inside: Inside) -> None:
    """Red: a program with the setuid bit makes a break-in root."""
    status = inside.status()
    assert status["NoNewPrivs"] == "1", f"{inside.pod}: allowPrivilegeEscalation must be false"
    seccomp = status["Seccomp"]
    assert seccomp == SECCOMP_FILTER, f"{inside.pod}: Seccomp is {seccomp}; seccompProfile must be RuntimeDefault"


def test_the_root_is_read_only(inside: Inside) -> None:
    """Red: a break-in leaves a program behind that the next start runs."""
    # Nobody special may not write to / anyway; that is another refusal, so the kernel's reason counts.
    with pytest.raises(KubectlFailed) as refused:
        inside.run("touch", "/written")
    said = refused.value.stderr
    assert "Read-only file system" in said, f"{inside.pod}: readOnlyRootFilesystem must be true; touch /written: {said}"
