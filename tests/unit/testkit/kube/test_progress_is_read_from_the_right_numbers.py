"""Is a roll-out taken for done exactly when it is, for every kind of workload?"""

import pytest

from testkit.kube import status
from testkit.kube.kubectl import Object
from tests.unit.testkit.kube.builders import condition, daemonset, deployment, job, statefulset

PARTITION = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}
ON_DELETE = {"updateStrategy": {"type": "OnDelete"}}


@pytest.mark.parametrize(
    "workload",
    [
        deployment(),
        deployment(wanted=0, replicas=0, updatedReplicas=0, availableReplicas=0),
        statefulset(),
        statefulset(spec=PARTITION, currentRevision="db-old", updatedReplicas=1),
        daemonset(),
        job(condition("SuccessCriteriaMet"), condition("Complete"), succeeded=1),
    ],
)
def test_what_is_done_is_done(workload: Object) -> None:
    """Otherwise every roll-out ends in a time-out."""
    progress = status.of(workload)
    assert progress.done, f"{workload['kind']} is taken for unfinished: {progress.text}"


@pytest.mark.parametrize(
    ("workload", "told"),
    [
        (deployment(observedGeneration=1), "has not seen generation 2 yet, only 1"),
        (statefulset(observedGeneration=1), "has not seen generation 2 yet, only 1"),
        (daemonset(observedGeneration=1), "has not seen generation 2 yet, only 1"),
    ],
)
def test_numbers_from_before_the_change_do_not_count(workload: Object, told: str) -> None:
    """Otherwise a roll-out that has not begun is taken for a finished one, and the smoke test asks the old version."""
    progress = status.of(workload)
    assert not progress.done, f"a {workload['kind']} whose controller has seen nothing yet is taken for done"
    assert told in progress.text


@pytest.mark.parametrize(
    ("workload", "told"),
    [
        (deployment(updatedReplicas=1, replicas=2), "1 of 2 updated"),
        (deployment(availableReplicas=1), "1 of 2 available"),
        (deployment(replicas=3), "1 old"),
        (statefulset(currentRevision="db-old", updatedReplicas=1), "1 of 2 updated"),
        (statefulset(currentRevision="db-old", updatedReplicas=2), "db-old → db-new"),
        (statefulset(readyReplicas=1, availableReplicas=1), "1 of 2 available"),
        (statefulset(spec=PARTITION, currentRevision="db-old", updatedReplicas=0), "0 of 1 updated"),
        (daemonset(updatedNumberScheduled=1), "1 of 2 nodes updated"),
        (daemonset(numberAvailable=1), "1 of 2 available"),
        (job(), "1 active, 0 succeeded, 0 failed"),
        (job(condition("SuccessCriteriaMet"), active=0, succeeded=1), "its last pods are ending"),
        (job(condition("Complete", value="False")), "1 active"),
    ],
)
def test_what_is_under_way_tells_its_numbers(workload: Object, told: str) -> None:
    """Otherwise a test goes on while old pods still answer, or a time-out says nothing but "timed out"."""
    progress = status.of(workload)
    assert not progress.done, f"taken for done: {progress.text}"
    assert told in progress.text
    assert not progress.failed


@pytest.mark.parametrize(
    ("workload", "told"),
    [
        (job(condition("Failed", "BackoffLimitExceeded", "3 tries")), "BackoffLimitExceeded: 3 tries"),
        (job(condition("FailureTarget", "PodFailurePolicy", "exit 3")), "PodFailurePolicy: exit 3"),
        (job(spec={"suspend": True}), "suspended"),
        (deployment(spec={"paused": True}, updatedReplicas=0), "paused"),
        (statefulset(spec=ON_DELETE, updatedReplicas=0), "OnDelete"),
        (daemonset(spec=ON_DELETE, updatedNumberScheduled=0), "OnDelete"),
    ],
)
def test_what_will_never_be_done_is_said_at_once(workload: Object, told: str) -> None:
    """Otherwise a failed migration is waited for until the pipeline's time-out."""
    assert told in status.of(workload).failed
