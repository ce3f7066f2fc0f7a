"""An overlay that the API server is asked about, without anything of it running."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from testkit.kube.kubectl import Kubectl, Object
from testkit.kube.render import Manifests, render
from tests.k8s.support.names import KUSTOMIZE
from tests.k8s.support.nearby import created

# What a pod needs in order to be let in, so a trial is not enough for it.
_NEEDED_BY_PODS = ("ServiceAccount", "PriorityClass")


@dataclass(frozen=True)
class Trial:
    """An overlay in a namespace in which nothing of it runs."""

    kubectl: Kubectl
    manifests: Manifests

    def apply(self, *objects: Object) -> None:
        """Have the server look at them as if they were deployed; a warning counts as a refusal."""
        self.kubectl.run(
            "apply",
            "--server-side",
            "--dry-run=server",
            "--warnings-as-errors",
            "--filename=-",
            input=Manifests(objects, self.manifests.source).json(),
        )

    def pods(self) -> list[Object]:
        """Return a pod of each template; `restricted` refuses pods, and about whoever makes them it only warns."""
        return [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": f"{owner['metadata']['name']}-trial", "labels": template["metadata"]["labels"]},
                "spec": {**template["spec"], "volumes": [*template["spec"].get("volumes", []), *_claimed(owner)]},
            }
            for owner, template in self.manifests.pods()
        ]


def _claimed(owner: Object) -> list[Object]:
    """Return the volumes that a StatefulSet adds to its pods."""
    names = [claim["metadata"]["name"] for claim in owner["spec"].get("volumeClaimTemplates", [])]
    return [{"name": name, "persistentVolumeClaim": {"claimName": f"{name}-trial"}} for name in names]


@contextmanager
def prepared(kubectl: Kubectl, name: str) -> Iterator[Trial]:
    """Make the overlay's own namespace, under another name as the real one may be in use, and what its pods need."""
    manifests = render(KUSTOMIZE / "overlays" / name, namespace=f"accepted-{name}")
    (namespace,) = manifests.of("Namespace")
    needed = [item for kind in _NEEDED_BY_PODS for item in manifests.of(kind)]
    # One that is gone is forgotten a moment later than its deletion is answered, so it comes first and by itself.
    with created(kubectl, namespace), created(kubectl, *needed):
        yield Trial(kubectl.within(namespace["metadata"]["name"]), manifests)
