"""Does the wait for a roll-out end when it is done, and at once, with the reason, when it never will be?"""

import time

import pytest

from testkit.kube import problems
from testkit.kube.kubectl import Object
from testkit.kube.rollout import RolloutFailed, RolloutTimeout, rollout
from testkit.kube.snapshot import NoSuchWorkload
from tests.unit.testkit.kube import builders as b
from tests.unit.testkit.kube.fake_cluster import FakeCluster

UNDER_WAY = {"replicas": 3, "updatedReplicas": 1, "availableReplicas": 2}
REGISTRY = 'Back-off pulling image "r.example/shop:9": ErrImagePull: r.example/shop:9: not found'
FORBIDDEN = 'pods "web" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'


def failure(
    cluster: FakeCluster, *more: Object, workload: Object | None = None, patience: float = 0.05
) -> RolloutFailed:
    """Return how the wait fails for a workload, a Deployment under way where not given, with these other objects."""
    workload = workload or b.deployment(**UNDER_WAY)
    cluster.has(workload, *more)
    name = f"{workload['kind'].lower()}/{workload['metadata']['name']}"
    begin = time.monotonic()
    with pytest.raises(RolloutFailed) as raised:
        rollout(cluster.kubectl, name, timeout=60, patience=patience)
    assert time.monotonic() - begin < 20, f"it failed, but too late: {raised.value}"
    return raised.value


def test_it_waits_until_all_are_done(cluster: FakeCluster) -> None:
    """Otherwise the smoke test asks pods that are not there yet."""
    states = [b.deployment(observedGeneration=1), b.deployment(**UNDER_WAY), b.deployment()]
    cluster.has(states, b.replicaset(), [b.job(), b.job(b.condition("Complete"))])
    found = rollout(cluster.program(), "deployment/web", "job/migrate", timeout=30)
    assert [one["metadata"]["name"] for one in found] == ["web", "migrate"]
    assert len(cluster.calls("get")) == 3, "each look should be one call"


@pytest.mark.parametrize(
    ("waiting", "message"),
    [
        ("ImagePullBackOff", REGISTRY),
        ("ErrImagePull", "failed to pull: r.example/shop:9: not found"),
        ("ErrImagePull", "pull access denied, repository does not exist"),
        ("InvalidImageName", "couldn't parse image name"),
        ("CreateContainerConfigError", 'secret "shop" not found'),
        ("RunContainerError", 'exec: "servr": executable file not found'),
    ],
)
def test_a_container_that_cannot_start_is_named(cluster: FakeCluster, waiting: str, message: str) -> None:
    """Otherwise an image that was never pushed costs the whole time-out, and the message is "timed out"."""
    broken = b.pod("web-2-x", b.container(waiting=waiting, message=message))
    seen = b.event(broken, "Failed", "Failed to pull image: the registry's own words", count=3)
    error = failure(cluster, b.replicaset(), broken, seen)
    text = str(error)
    assert error.problem is not None
    assert (error.problem.pod, error.problem.container, error.problem.reason) == ("web-2-x", "web", waiting)
    assert "deployment/web failed after" in text
    assert f"pod web-2-x, container web: {waiting}: {message}" in text
    assert "1 of 2 updated, 2 of 2 available, 2 old" in text
    assert "12:00:00 Pod/web-2-x Failed ×3: Failed to pull image: the registry's own words" in text
    assert "hint: " in text


def test_the_first_back_off_is_believed(cluster: FakeCluster) -> None:
    """Otherwise a registry that does not answer is noticed 15 s later: the pod's status is behind the event."""
    broken = b.pod("web-2-x", b.container(waiting="ErrImagePull", message="dial tcp: connection refused"))
    failure(
        cluster, b.replicaset(), broken, b.event(broken, "BackOff", "Back-off pulling image r.example", kind="Normal")
    )


def test_one_refusal_of_many_pods_is_told_once(cluster: FakeCluster) -> None:
    """Otherwise the retries of a controller fill the message, and push out what else there is to know."""
    refused = b.replicaset(conditions=[b.condition("ReplicaFailure", "FailedCreate", FORBIDDEN)])
    retries = [b.event(refused, "FailedCreate", f'pods "web-{n}xzdf" is forbidden', f"12:00:0{n}") for n in range(4, 8)]
    assert str(failure(cluster, refused, *retries)).count("is forbidden\n") == 1


def test_a_crash_is_told_with_the_log_of_the_life_before(cluster: FakeCluster) -> None:
    """Otherwise the traceback is gone with the container, and the reader sees an empty log."""
    cluster.answers("logs web-2-x .*--previous", out="Traceback\nKeyError: 'DATABASE_URL'\npassword=hunter22\n")
    cluster.answers("logs web-2-x --container=web --tail", out="starting\n")
    crashing = b.container(waiting="CrashLoopBackOff", restarts=1, lastState=b.ended(1))
    text = str(failure(cluster, b.replicaset(), b.pod("web-2-x", crashing)))
    assert "CrashLoopBackOff: ended with code 1 (Error), restarted 1 times" in text
    assert "previous log of pod web-2-x, container web, its end:" in text
    assert "| KeyError: 'DATABASE_URL'" in text
    assert "hunter22" not in text, "a secret of the log is in the message"


def test_the_pause_between_two_crashes_is_noticed(cluster: FakeCluster) -> None:
    """Otherwise a crash loop goes unnoticed for a minute: until the kubelet looks again it is just `terminated`."""
    ended = b.container(restarts=3, state=b.ended(1), ready=False)
    pod = b.pod("web-2-x", ended)
    pauses = b.event(pod, "BackOff", "Back-off restarting failed container web in pod web-2-x")
    assert "CrashLoopBackOff: ended with code 1" in str(failure(cluster, b.replicaset(), pod, pauses))


def test_crashes_between_two_looks_are_noticed(cluster: FakeCluster) -> None:
    """Otherwise a program that lives for some seconds each time is seen running whenever somebody looks."""
    lives = [
        b.pod("web-2-x", b.container(restarts=n, lastState=b.ended(137, "OOMKilled"), ready=False)) for n in (4, 6)
    ]
    cluster.has(b.deployment(**UNDER_WAY), b.replicaset(), lives)
    with pytest.raises(RolloutFailed, match=r"container web: Crashing: ended with code 137 \(OOMKilled\), restarted 6"):
        rollout(cluster.kubectl, "deployment/web", timeout=30)


@pytest.mark.parametrize(
    "pod",
    [
        b.pod("web-2-x", b.container(restarts=7, lastState=b.ended(1), ready=False)),
        b.pod("web-2-x", b.container(waiting="PodInitializing"), init=[b.container("wait", restarts=3)]),
        b.pod("web-2-x", b.container(), init=[b.container("wait", "CrashLoopBackOff", lastState=b.ended(1))]),
        b.pod("web-2-x", b.container(waiting="ErrImagePull", message="dial tcp: i/o timeout")),
        b.pod("web-1-x", b.container(waiting="ImagePullBackOff"), owner="uid-of-web-1"),
        b.pod("other-x", b.container(waiting="ImagePullBackOff"), owner="uid-of-other"),
        b.pod("web-2-x", b.container(waiting="CrashLoopBackOff"), metadata={"deletionTimestamp": "now"}),
    ],
    ids=["restarts-from-before", "init-runs", "init-crashes", "network", "old-revision", "stranger", "being-deleted"],
)
def test_what_may_still_end_well_is_waited_for(cluster: FakeCluster, pod: Object) -> None:
    """Otherwise a good deployment is rolled back because of a crash of last week, or of the pods that it replaces."""
    cluster.has([b.deployment(**UNDER_WAY)] * 3 + [b.deployment()], b.replicaset(1), b.replicaset(), pod)
    rollout(cluster.kubectl, "deployment/web", timeout=30, patience=20)


def test_an_init_container_that_never_ends_well_is_named(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a schema that never comes is told as a time-out of the web server."""
    monkeypatch.setattr(problems, "INIT_PATIENCE", 0.05)
    waiting = b.container("wait", "CrashLoopBackOff", lastState=b.ended(1))
    error = failure(cluster, b.replicaset(), b.pod("web-2-x", b.container(waiting="PodInitializing"), init=[waiting]))
    assert "container wait: CrashLoopBackOff" in str(error)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([b.replicaset(conditions=[b.condition("ReplicaFailure", "FailedCreate", FORBIDDEN)])], "violates PodSecurity"),
        (
            [b.replicaset(conditions=[b.condition("ReplicaFailure", "FailedCreate", "exceeded quota: q")])],
            "FailedCreate: exceeded quota",
        ),
        (
            [
                b.replicaset(),
                b.pod("web-2-x", conditions=[b.condition("PodScheduled", "Unschedulable", "0/1 nodes", value="False")]),
            ],
            "pod web-2-x: Unschedulable: 0/1 nodes",
        ),
    ],
)
def test_pods_that_cannot_be_made_or_placed_are_told(cluster: FakeCluster, others: list[Object], told: str) -> None:
    """Otherwise there is no pod to look at, and nobody thinks of the ReplicaSet's conditions."""
    assert told in str(failure(cluster, *others))


def test_a_refusal_of_pod_security_needs_no_patience(cluster: FakeCluster) -> None:
    """Otherwise each such test waits for something that no time will heal."""
    refused = b.replicaset(conditions=[b.condition("ReplicaFailure", "FailedCreate", FORBIDDEN)])
    failure(cluster, refused, patience=60)


def test_a_statefulsets_refused_pod_is_told_from_its_last_event(cluster: FakeCluster) -> None:
    """Otherwise a quota that stops a StatefulSet is a time-out: unlike a ReplicaSet it keeps no condition."""
    stateful = b.statefulset(updatedReplicas=0, currentRevision="db-old")
    refused = b.event(stateful, "FailedCreate", "exceeded quota: q", "12:00:01")
    made = b.event(stateful, "SuccessfulCreate", "made db-0", "12:00:00", kind="Normal")
    error = failure(cluster, refused, made, workload=stateful)
    assert "FailedCreate: exceeded quota: q" in str(error)
    healed = b.event(stateful, "SuccessfulCreate", "made db-1", "12:00:02", kind="Normal")
    cluster.has([stateful] * 3 + [b.statefulset()], healed)
    rollout(cluster.kubectl, "statefulset/db", timeout=30, patience=0)


def test_a_statefulsets_broken_pod_comes_with_the_way_out(cluster: FakeCluster) -> None:
    """Otherwise the mended StatefulSet stays broken: its controller waits for the broken pod for ever."""
    labels = {"controller-revision-hash": "db-new"}
    broken = b.pod("db-1", b.container("db", "ImagePullBackOff"), owner="uid-of-db", labels=labels)
    error = failure(cluster, broken, workload=b.statefulset(updatedReplicas=0, currentRevision="db-old"))
    assert "delete pod db-1" in str(error)


def test_a_pod_that_blocks_a_statefulset_is_named(cluster: FakeCluster) -> None:
    """Otherwise a rollback of a StatefulSet is a time-out in which nothing is wrong with any pod that it is about."""
    labels = {"controller-revision-hash": "db-broken"}
    left = b.pod("db-1", b.container("db", "ImagePullBackOff"), owner="uid-of-db", labels=labels)
    text = str(failure(cluster, left, workload=b.statefulset(updatedReplicas=1, readyReplicas=1)))
    assert "pod db-1, container db: StuckPod: an earlier revision left it broken (ImagePullBackOff)" in text
    assert "delete pod db-1" in text


def test_a_daemonsets_newest_revision_is_looked_at(cluster: FakeCluster) -> None:
    """Otherwise the pods that are being replaced are taken for the new ones."""
    pods = [
        b.pod(
            f"agent-{n}",
            b.container("agent", why),
            owner="uid-of-agent",
            labels={"controller-revision-hash": f"hash-{n}"},
        )
        for n, why in ((9, "CrashLoopBackOff"), (10, "ImagePullBackOff"))
    ]
    revisions = [b.controller_revision(9), b.controller_revision(10)]
    error = failure(cluster, *pods, *revisions, workload=b.daemonset(updatedNumberScheduled=0))
    assert "pod agent-10, container agent: ImagePullBackOff" in str(error)


def test_a_failed_job_comes_with_the_log_of_its_pod(cluster: FakeCluster) -> None:
    """Otherwise a failed migration says that it failed, and not which one."""
    cluster.answers("logs migrate-x --container=migrate --tail", out="IntegrityError: duplicate slug\n")
    pod = b.pod("migrate-x", b.container("migrate", ready=False, state=b.ended(1)), owner="uid-of-migrate")
    failed = b.job(b.condition("Failed", "BackoffLimitExceeded", "reached the limit"), active=0, failed=1)
    text = str(failure(cluster, pod, workload=failed))
    assert "job/migrate failed after" in text
    assert "| IntegrityError: duplicate slug" in text


def test_a_jobs_own_retries_are_left_to_it(cluster: FakeCluster) -> None:
    """Otherwise a migration that waits for its database by its backoffLimit fails at the first try."""
    crashing = b.container("migrate", "CrashLoopBackOff", restarts=2, lastState=b.ended(1))
    cluster.has([b.job()] * 3 + [b.job(b.condition("Complete"))], b.pod("migrate-x", crashing, owner="uid-of-migrate"))
    rollout(cluster.kubectl, "job/migrate", timeout=30)


def test_a_time_out_tells_what_a_failure_tells(cluster: FakeCluster) -> None:
    """Otherwise a readiness probe on a wrong path is a time-out without a reason."""
    cluster.answers("logs web-2-x --container=web --tail", out="listening on 8000\n")
    pod = b.pod("web-2-x", b.container(ready=False))
    unready = b.event(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404")
    cluster.has(b.deployment(**UNDER_WAY), b.replicaset(), pod, unready)
    with pytest.raises(RolloutTimeout) as raised:
        rollout(cluster.kubectl, "deployment/web", timeout=0.1)
    text = str(raised.value)
    assert "in vain for deployment/web to be rolled out" in text
    assert "1 of 2 updated" in text
    assert "statuscode: 404" in text
    assert "| listening on 8000" in text


def test_pods_of_the_old_revision_can_be_waited_for(cluster: FakeCluster) -> None:
    """Otherwise the next test's requests are answered by pods that are still draining."""
    ending = b.pod("web-1-x", b.container(), owner="uid-of-web-1", metadata={"deletionTimestamp": "now"})
    cluster.has(b.deployment(), b.replicaset(), b.replicaset(1), ending, b.pod("web-2-x", b.container()))
    rollout(cluster.kubectl, "deployment/web", timeout=30)
    with pytest.raises(RolloutTimeout, match="old pods are still there: web-1-x"):
        rollout(cluster.kubectl, "deployment/web", timeout=0.1, drained=True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("deployment/webb", "there is no deployment/webb in namespace shop; of that kind there is web"),
        ("service/web", "wanted is KIND/NAME"),
        ("web", "wanted is KIND/NAME"),
    ],
)
def test_a_wrong_name_is_told_at_once(cluster: FakeCluster, name: str, told: str) -> None:
    """Otherwise a typo costs the whole time-out."""
    cluster.has(b.deployment())
    with pytest.raises(NoSuchWorkload, match=told):
        rollout(cluster.kubectl, name, timeout=30)


def test_an_api_server_that_restarts_is_waited_for(cluster: FakeCluster) -> None:
    """Otherwise a leader election in the control plane fails the deployment."""
    cluster.answers("get", err="dial tcp 127.0.0.1:1: connect: connection refused", code=1)
    with pytest.raises(RolloutTimeout, match="connection refused"):
        rollout(cluster.kubectl, "deployment/web", timeout=0.1)
