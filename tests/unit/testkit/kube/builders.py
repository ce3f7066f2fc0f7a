"""Objects as a cluster answers them, one small function for each; keywords set what a test is about."""

from typing import Any

from testkit.kube.kubectl import Object

REVISION = "deployment.kubernetes.io/revision"


def _object(kind: str, name: str, owner: str = "", **more: Any) -> Object:
    owners = [{"uid": owner}] if owner else []
    metadata = {"name": name, "uid": f"uid-of-{name}", "generation": 2, "labels": {}, "ownerReferences": owners}
    return {"kind": kind, "metadata": {**metadata, **more.pop("metadata", {})}, **more}


def deployment(revision: int = 2, wanted: int = 2, spec: Any = None, **status: Any) -> Object:
    """All replicas updated and available, unless status says otherwise."""
    done = {"observedGeneration": 2, "replicas": wanted, "updatedReplicas": wanted, "availableReplicas": wanted}
    return _object(
        "Deployment",
        "web",
        metadata={"annotations": {REVISION: str(revision)}},
        spec={"replicas": wanted, **(spec or {})},
        status={**done, **status},
    )


def replicaset(revision: int = 2, conditions: Any = ()) -> Object:
    """The one that makes the pods of a revision of `deployment`."""
    annotations = {REVISION: str(revision)}
    return _object(
        "ReplicaSet",
        f"web-{revision}",
        owner="uid-of-web",
        metadata={"annotations": annotations},
        status={"conditions": list(conditions)},
    )


def statefulset(wanted: int = 2, spec: Any = None, **status: Any) -> Object:
    """All done, unless status says otherwise."""
    done = {"observedGeneration": 2, "replicas": wanted, "updatedReplicas": wanted, "availableReplicas": wanted}
    revisions = {"readyReplicas": wanted, "currentRevision": "db-new", "updateRevision": "db-new"}
    return _object(
        "StatefulSet", "db", spec={"replicas": wanted, **(spec or {})}, status={**done, **revisions, **status}
    )


def daemonset(spec: Any = None, **status: Any) -> Object:
    """Done on two nodes, unless status says otherwise."""
    done = {"observedGeneration": 2, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2}
    return _object("DaemonSet", "agent", spec=spec or {}, status={**done, **status})


def controller_revision(number: int) -> Object:
    """One of `daemonset`."""
    labels = {"controller-revision-hash": f"hash-{number}"}
    metadata = {"labels": labels}
    return _object("ControllerRevision", f"agent-{number}", owner="uid-of-agent", metadata=metadata, revision=number)


def job(*conditions: Object, spec: Any = None, **status: Any) -> Object:
    """A Job that is running, unless conditions say otherwise."""
    return _object("Job", "migrate", spec=spec or {}, status={"active": 1, "conditions": list(conditions), **status})


def condition(kind: str, reason: str = "", message: str = "", value: str = "True") -> Object:
    return {"type": kind, "status": value, "reason": reason, "message": message}


def pod(name: str, *containers: Object, owner: str = "uid-of-web-2", **more: Any) -> Object:
    """A pod of the newest revision of `deployment`, with its containers; init: the ones that run first."""
    metadata = {
        "labels": more.pop("labels", {}),
        "creationTimestamp": "2026-01-01T00:00:00Z",
        **more.pop("metadata", {}),
    }
    status = {"conditions": list(more.pop("conditions", ()))}
    status |= {"containerStatuses": list(containers), "initContainerStatuses": list(more.pop("init", ()))}
    return _object("Pod", name, owner=owner, metadata=metadata, status=status, **more)


def container(name: str = "web", waiting: str = "", message: str = "", restarts: int = 0, **more: Any) -> Object:
    """A container that runs and is ready, or waits for this reason."""
    state = {"waiting": {"reason": waiting, "message": message}} if waiting else {"running": {}}
    return {"name": name, "ready": not waiting, "restartCount": restarts, "state": state, "lastState": {}, **more}


def ended(code: int, reason: str = "Error") -> Object:
    """How a container's last life ended."""
    return {"terminated": {"exitCode": code, "reason": reason}}


def event(
    about: Object, reason: str, message: str, time: str = "12:00:00", kind: str = "Warning", count: int = 1
) -> Object:
    involved = {"kind": about["kind"], "name": about["metadata"]["name"], "uid": about["metadata"]["uid"]}
    more: Any = {"reason": reason, "message": message, "type": kind, "count": count}
    name = f"{about['metadata']['name']}.{reason}.{time}"
    return _object("Event", name, involvedObject=involved, lastTimestamp=f"2026-01-01T{time}Z", **more)
