"""Does a deployment run what it was given, twice in a row too, and bring the last good release back when it fails?"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from testkit.kube import release
from testkit.kube.deploy import DeployFailed, deploy, main, verified_by
from testkit.kube.kubectl import Object
from testkit.kube.render import Manifests
from tests.unit.testkit.kube import builders as b
from tests.unit.testkit.kube.fake_cluster import FakeCluster

FAILED = {"conditions": [b.condition("Failed", "BackoffLimitExceeded", "it ended with code 1")]}


def of(image: str, config: str = "shop-1", *more: Object) -> Manifests:
    """A release: a namespace, its configuration, a server, and the Job that migrates."""
    template = {"spec": {"containers": [{"name": "web", "image": image}]}}
    migration = {"name": "migrate", "namespace": "shop", "labels": {release.COMPONENT: release.MIGRATION}}
    return Manifests(
        [
            _object("v1", "Namespace", "shop"),
            _object("v1", "ConfigMap", config, data={"A": "b"}),
            _object("apps/v1", "Deployment", "web", spec={"template": template}),
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": migration, "spec": {"template": template}},
            *more,
        ],
        Path("overlays/test"),
    )


def _object(version: str, kind: str, name: str, **more: Any) -> Object:
    where = {} if kind == "Namespace" else {"namespace": "shop"}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **where}, **more}


def running(cluster: FakeCluster) -> str:
    image: str = cluster.objects()["deployment/web"]["spec"]["template"]["spec"]["containers"][0]["image"]
    return image


def jobs(cluster: FakeCluster) -> list[str]:
    return [name for name in cluster.objects() if name.startswith("job/")]


def test_two_deployments_in_a_row_just_work(cluster: FakeCluster) -> None:
    """Otherwise the second one fails at the migration Job, whose template cannot be changed."""
    first = deploy(cluster.kubectl, of("shop:1"), timeout=10)
    assert first == ["deployment/web", *jobs(cluster)]
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    assert len(jobs(cluster)) == 1, "the same release was migrated twice"
    deploy(cluster.kubectl, of("shop:2"), timeout=10)
    assert len(jobs(cluster)) == 2, "another image was not migrated"
    assert running(cluster) == "shop:2"


def test_the_job_is_named_by_its_content() -> None:
    """Otherwise a changed setting reuses a Job that ran with the old one, or each deployment migrates anew."""
    names = [release.named(of(image)).of("Job")[0]["metadata"]["name"] for image in ("shop:1", "shop:1", "shop:2")]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("migrate-")
    assert of("shop:1").one("Job", "migrate"), "the caller's manifests were changed"


def test_a_failed_migration_is_tried_again(cluster: FakeCluster) -> None:
    """Otherwise mending the database does not help: the failed Job is found again, and the deployment fails at once."""
    cluster.ends("shop:1", "Job", **FAILED)
    with pytest.raises(DeployFailed, match="BackoffLimitExceeded"):
        deploy(cluster.kubectl, of("shop:1"), timeout=10)
    (cluster.folder / "outcomes.json").unlink()
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    assert len(cluster.calls("delete")) == 1


def test_what_the_server_refuses_changes_nothing(cluster: FakeCluster) -> None:
    """Otherwise half of a release is applied, and the other half is refused."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    cluster.answers("apply .*--dry-run=server", err='Deployment "web" is invalid: spec.template.ports', code=1)
    before = cluster.objects()
    with pytest.raises(DeployFailed, match=r"(?s)nothing has been changed.*spec\.template\.ports"):
        deploy(cluster.kubectl, of("shop:2"), timeout=10, rollback=True)
    assert cluster.objects() == before


@pytest.mark.parametrize(
    ("kind", "status"), [("Job", FAILED), ("Deployment", {"observedGeneration": 1, "replicas": 1})]
)
def test_a_failed_release_makes_way_for_the_last_good_one(cluster: FakeCluster, kind: str, status: Any) -> None:
    """Otherwise pods of a release that does not run stay, and so does its configuration."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    migrated = jobs(cluster)
    cluster.ends("shop:2", kind, **status)
    told: list[str] = []
    with pytest.raises(DeployFailed, match="overlays/test does not run; the last good release runs again") as raised:
        deploy(cluster.kubectl, of("shop:2", "shop-2"), timeout=0.1, rollback=True, say=told.append)
    assert raised.value.rolled_back
    assert running(cluster) == "shop:1"
    assert "configmap/shop-1" in cluster.objects()
    assert "configmap/shop-2" not in cluster.objects(), "what only the failed release had is left"
    assert len(jobs(cluster)) == 2, "the failed Job is gone, and its log with it"
    applied = [call["input"] for call in cluster.calls("apply") if "--dry-run=server" not in call["args"]]
    assert migrated[0].removeprefix("job/") not in applied[-1], "the old version was migrated again"
    assert any("rolled back to shop:1" in line for line in told)


def test_a_release_that_runs_and_does_not_work_is_never_the_last_good_one(cluster: FakeCluster) -> None:
    """Otherwise it stays, as its pods are ready, and the next failure brings it back as the last good one."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    with pytest.raises(DeployFailed, match=r"(?s)the last good release runs again.*the start page says 500") as raised:
        deploy(cluster.kubectl, of("shop:2"), timeout=10, rollback=True, verify=lambda: "the start page says 500")
    assert raised.value.rolled_back
    assert running(cluster) == "shop:1"
    cluster.ends("shop:3", "Job", **FAILED)
    with pytest.raises(DeployFailed):
        deploy(cluster.kubectl, of("shop:3"), timeout=10, rollback=True)
    assert running(cluster) == "shop:1", "a release that does not work was kept as the last good one"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sh -c 'echo nobody answers; exit 3'", "ended with code 3: nobody answers"),
        ("sleep 30", "still ran after 0.5 s"),
        ("no-such-program", "no-such-program"),
    ],
)
def test_a_command_that_cannot_say_yes_means_no(cluster: FakeCluster, command: str, told: str) -> None:
    """Otherwise a release that nobody could look at stays, and the deployment ends without going back."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10, verify=verified_by("true", 10))
    with pytest.raises(DeployFailed, match=told) as raised:
        deploy(cluster.kubectl, of("shop:2"), timeout=10, rollback=True, verify=verified_by(command, 0.5))
    assert raised.value.rolled_back
    assert running(cluster) == "shop:1"


@pytest.mark.parametrize(("phase", "left"), [("Pending", 1), ("Running", 2)])
def test_a_migration_that_has_not_begun_goes_with_its_release(cluster: FakeCluster, phase: str, left: int) -> None:
    """Otherwise it begins when its image arrives, hours after the rollback; and one that runs must not be cut off."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    cluster.ends("shop:2", "Job", active=1)
    job = release.named(of("shop:2")).of("Job")[0]["metadata"]["name"]
    pod = b.pod("migrate-x", labels={"batch.kubernetes.io/job-name": job})
    cluster.has({**pod, "status": {"phase": phase}})
    with pytest.raises(DeployFailed):
        deploy(cluster.kubectl, of("shop:2"), timeout=0.1, rollback=True)
    assert len(jobs(cluster)) == left


def test_without_an_earlier_release_there_is_nothing_to_go_back_to(cluster: FakeCluster) -> None:
    """Otherwise the reader believes that something runs."""
    cluster.ends("shop:1", "Job", **FAILED)
    with pytest.raises(DeployFailed, match="there is no earlier release to go back to") as raised:
        deploy(cluster.kubectl, of("shop:1"), timeout=10, rollback=True)
    assert not raised.value.rolled_back


def test_a_failure_without_rollback_leaves_everything_to_look_at(cluster: FakeCluster) -> None:
    """Otherwise nobody can look at the pods that failed."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    cluster.ends("shop:2", "Job", **FAILED)
    with pytest.raises(DeployFailed) as raised:
        deploy(cluster.kubectl, of("shop:2"), timeout=10)
    assert not raised.value.rolled_back
    assert running(cluster) == "shop:2"


def test_a_rollback_that_fails_tells_both_reasons(cluster: FakeCluster) -> None:
    """Otherwise the second failure hides the first, which is the one to mend."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    cluster.ends("shop:2", "Job", **FAILED)
    cluster.ends("shop:1", "Deployment", observedGeneration=1)
    with pytest.raises(DeployFailed, match=r"(?s)failed as well: .*in vain.*first failure.*BackoffLimit") as raised:
        deploy(cluster.kubectl, of("shop:2"), timeout=0.1, rollback=True)
    assert not raised.value.rolled_back


def test_what_a_release_no_longer_has_is_deleted(cluster: FakeCluster) -> None:
    """Otherwise a network policy that was taken out stays in force for ever."""
    extra = _object("networking.k8s.io/v1", "NetworkPolicy", "open")
    volume = _object("v1", "PersistentVolumeClaim", "data")
    secret = _object("v1", "Secret", "shop", data={"password": "aHVudGVyMjI="})
    deploy(cluster.kubectl, of("shop:1", "shop-1", extra, volume, secret), timeout=10)
    assert "aHVudGVyMjI=" not in json.dumps(cluster.objects()["configmap/release"]), "a secret is in the record"
    deploy(cluster.kubectl, of("shop:1", "shop-2"), timeout=10)
    there = cluster.objects()
    assert "networkpolicy/open" not in there
    assert "configmap/shop-1" not in there
    assert {"persistentvolumeclaim/data", "secret/shop", "namespace/shop", "configmap/release"} <= set(there)


def test_a_rollback_keeps_secrets(cluster: FakeCluster) -> None:
    """Otherwise the last good release runs again, without its password."""
    secret = _object("v1", "Secret", "shop", data={})
    deploy(cluster.kubectl, of("shop:1", "shop-1", secret), timeout=10)
    cluster.ends("shop:2", "Job", **FAILED)
    with pytest.raises(DeployFailed):
        deploy(cluster.kubectl, of("shop:2", "shop-2", secret), timeout=10, rollback=True)
    assert "secret/shop" in cluster.objects()


def test_fields_of_others_are_not_overwritten_unless_asked(cluster: FakeCluster) -> None:
    """Otherwise each deployment sets back what an autoscaler or a person in an emergency has set."""
    deploy(cluster.kubectl, of("shop:1"), timeout=10)
    ours = [call["args"] for call in cluster.calls("apply") if "--field-manager=deploy" in call["args"]]
    assert ours
    assert all("--server-side" in args and "--force-conflicts" not in args for args in ours)
    deploy(cluster.kubectl, of("shop:1"), timeout=10, force_conflicts=True)
    assert "--force-conflicts" in cluster.calls("apply")[-2]["args"]


def test_another_namespace_is_refused(cluster: FakeCluster) -> None:
    """Otherwise the roll-outs of one namespace are awaited in another."""
    with pytest.raises(ValueError, match="overlays/test is for the namespace shop, and the deployment for staging"):
        deploy(cluster.kubectl.within("staging"), of("shop:1"), timeout=10)


def test_secrets_are_made_once(cluster: FakeCluster, tmp_path: Path) -> None:
    """Otherwise a second deployment makes a second password, which the database does not know."""
    maker, ran = tmp_path / "make.py", tmp_path / "ran"
    maker.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[1], 'mysql', 'password')\n"
        f"file.parent.mkdir()\nfile.write_text('hunter22')\npathlib.Path({str(ran)!r}).touch(exist_ok=False)\n"
    )
    for _ in range(2):
        deploy(cluster.kubectl, of("shop:1"), timeout=10, secrets={"shop": [sys.executable, str(maker)]})
    assert cluster.objects()["secret/shop"]["data"] == {"mysql.password": "aHVudGVyMjI="}
    assert not any("aHVudGVyMjI=" in " ".join(call["whole"]) for call in cluster.calls())


@pytest.mark.parametrize(("program", "told"), [("exit(3)", "code 3 instead of making shop"), ("", "wrote no file")])
def test_secrets_that_cannot_be_made_end_the_deployment(cluster: FakeCluster, program: str, told: str) -> None:
    """Otherwise pods wait for a Secret that nobody makes."""
    with pytest.raises(DeployFailed, match=told):
        deploy(cluster.kubectl, of("shop:1"), timeout=10, secrets={"shop": [sys.executable, "-c", program]})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere", "--kubectl=HERE"], "deploy: nowhere has no kustomization.yaml"),
        (["nowhere", "--kubectl=no-such-program"], "deploy: no-such-program is not installed, or not on PATH"),
        (["nowhere", "--image=shop"], "argument --image: 'shop' is not NAME=VALUE"),
        (["nowhere", "--image=shop="], "argument --image: 'shop=' is not NAME=VALUE"),
        (["nowhere", "--timeout=soon"], "argument --timeout: invalid float value: 'soon'"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """Otherwise an empty variable of the pipeline shows as a traceback."""
    filled = [argument.replace("HERE", str(cluster.program().binary)) for argument in arguments]
    try:
        code = main([*filled, "--kubeconfig=kubeconfig"])
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code != 0
    last = capsys.readouterr().err.splitlines()[-1]
    assert told in last
