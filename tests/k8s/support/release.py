"""The local overlay in the cluster: deployed as `make deploy` does it, changed by a test, put back."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from testkit.kube import release as releases
from testkit.kube.deploy import deploy
from testkit.kube.kubectl import Kubectl, Object
from testkit.kube.render import Manifests, Patch, render
from testkit.kube.rollout import rollout
from tests.k8s.support.names import LOCAL, ROOT

# The autoscaler would answer a test's load with more pods, and a rollout of four takes twice as long as one of two. It
# keeps their number as long as nobody asks for it.
_STILL: Patch = {
    "target": {"kind": "HorizontalPodAutoscaler", "name": "webapp"},
    "patch": [{"op": "add", "path": "/spec/behavior/scaleUp", "value": {"selectPolicy": "Disabled"}}],
}

# Seconds for everything to come up from nothing: MySQL's first start is most of it.
PATIENCE = 240

_SECRETS = {"strata-secrets": [sys.executable, str(ROOT / "webapp" / "ops" / "secrets_once.py")]}


class Release:
    """What is deployed. `deployed` is what was last asked for, whether or not it came up."""

    def __init__(self, kubectl: Kubectl, references: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.kubectl = kubectl
        self.references = dict(references)
        self._say = say
        self.deployed: Manifests | None = None

    def manifests(
        self, *, image: str | None = None, patches: Sequence[Patch] = (), autoscaled: bool = False
    ) -> Manifests:
        """Render the overlay.

        image: of the app, instead of the one under test.
        autoscaled: let the autoscaler add pods, as it does outside of tests.
        """
        references = {**self.references, **({"strata": image} if image else {})}
        return render(LOCAL, images=references, patches=[*([] if autoscaled else [_STILL]), *patches])

    def deploy(self, *, rollback: bool = False, timeout: float = PATIENCE, **rendered: Any) -> list[str]:
        """Deploy it as `make deploy` does, with what `manifests` takes; return the workloads that rolled out."""
        manifests = self.manifests(**rendered)
        self.deployed = releases.named(manifests)
        return deploy(self.kubectl, manifests, timeout=timeout, rollback=rollback, secrets=_SECRETS, say=self._say)

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Put the release back as it was, whatever a test has done to it."""
        try:
            yield
        finally:
            self._restore()

    @contextmanager
    def restored_after_a_failure(self) -> Iterator[None]:
        """For what puts the release back by itself, if it comes to its end."""
        try:
            yield
        except BaseException:
            self._restore()
            raise

    def _restore(self) -> None:
        self.deploy()
        rollout(self.kubectl, "deployment/webapp", timeout=PATIENCE, drained=True)

    def migrations(self) -> list[str]:
        """Return the names of the migration Jobs of what is deployed."""
        return [item["metadata"]["name"] for item in self.deployed or () if releases.is_migration(item)]

    def pods(self, component: str) -> list[Object]:
        """Return the pods of a component that are not on their way out."""
        found = self.kubectl.get("pods", selector=f"app.kubernetes.io/component={component}")
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def redis(self, *command: str) -> str:
        """Ask the release's Redis, inside its pod, where the password is."""
        told = 'REDISCLI_AUTH="$(cat /secrets/redis/password)" exec redis-cli "$@"'
        return self.kubectl.exec("redis-0", ["sh", "-c", told, "redis-cli", *command])

    def mysql(self, statements: str) -> str:
        """Have the release's MySQL carry out statements as root, inside its pod, where the password is."""
        told = 'MYSQL_PWD="$(cat /secrets/mysql/root_password)" exec mysql --user=root strata --execute="$1"'
        return self.kubectl.exec("mysql-0", ["sh", "-c", told, "mysql", statements])
