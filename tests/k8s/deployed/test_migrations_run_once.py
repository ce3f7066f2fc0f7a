"""Do migrations run once for a release, and does a second deployment of the same thing change nothing?"""

from typing import Any

from tests.k8s.support.release import Release

MIGRATION = "app.kubernetes.io/component=migration"
WORKLOADS = ("deployments", "statefulsets")


def jobs(release: Release) -> dict[str, dict[str, Any]]:
    return {job["metadata"]["name"]: job for job in release.kubectl.get("jobs", selector=MIGRATION)}


def test_the_job_is_complete_and_ran_once(release: Release) -> None:
    """Red: the schema is half-way, or two migrations ran against each other."""
    (wanted,) = release.migrations()
    status = jobs(release)[wanted]["status"]
    counts = (status.get("succeeded", 0), status.get("failed", 0))
    assert counts == (1, 0), f"job {wanted} succeeded and failed {counts} times; once and never is right: {status}"


def test_nothing_is_left_to_migrate(release: Release) -> None:
    """Red: the Job is done, and the pods run on an old schema."""
    release.kubectl.exec("deployment/webapp", ["python", "manage.py", "migrate", "--check"], "web")


def test_a_second_deployment_changes_nothing(release: Release) -> None:
    """Red: each deployment restarts every pod and migrates anew, even when nothing has changed."""
    before = seen(release)
    release.deploy()
    after = seen(release)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    assert not changed, f"deploying the same release again has changed or replaced {', '.join(changed)}"


def seen(release: Release) -> dict[str, Any]:
    """The generation of each workload, which a change of its spec raises; each Job and pod with its identity."""
    kubectl = release.kubectl
    workloads = [item for kind in WORKLOADS for item in kubectl.get(kind)]
    pods = [pod for pod in kubectl.get("pods") if "deletionTimestamp" not in pod["metadata"]]
    return {
        **{f"{one['kind']}/{one['metadata']['name']}": one["metadata"]["generation"] for one in workloads},
        **{f"job/{name}": job["metadata"]["uid"] for name, job in jobs(release).items()},
        **{f"pod/{pod['metadata']['name']}": pod["metadata"]["uid"] for pod in pods},
    }
