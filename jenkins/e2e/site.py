"""What is delivered to: a cluster, a registry that asks for a password, an AWS account.

with running("e2e", 8090, run=run, scratch=folder, say=print) as site:
    site.environment, site.credentials        # what the site's Jenkins would hand to a build
    site.version(), site.image()              # what really runs there
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from jenkins.e2e import account as accounts
from jenkins.e2e.account import Account
from jenkins.e2e.clone import ROOT
from testkit import images
from testkit.containers import Run
from testkit.kube import node
from testkit.kube.cluster import Cluster, up
from testkit.kube.kubectl import Kubectl
from testkit.kube.registry import Login, Registry
from testkit.kube.removal import network_of
from testkit.kube.secrets_once import make_secret
from testkit.progress import Say

NAMESPACE = "strata"

OVERLAY = "deploy/e2e"
"""Where the site's overlay stands in the run's clone. Not among the others, about which the layers have questions."""

_QUICK = 15


@dataclass(frozen=True)
class Site:
    """A site that runs; made by `running`."""

    cluster: Cluster
    registry: Registry
    login: Login
    account: Account
    scratch: Path

    @property
    def kubectl(self) -> Kubectl:
        """kubectl in the namespace of the release."""
        return self.cluster.kubectl.within(NAMESPACE)

    @property
    def environment(self) -> dict[str, str]:
        """What the controller's global properties say, and what an agent has."""
        return {
            "REGISTRY": f"127.0.0.1:{self.registry.port}",
            "OVERLAY": OVERLAY,
            "SITE": self.cluster.url,
            # Of the Python that runs this, so that no agent installs one of its own.
            "VENV": sys.prefix,
            "PATH": f"{self.scratch / _TOOLS}{os.pathsep}{os.environ['PATH']}",
        }

    @property
    def credentials(self) -> dict[str, str | dict[str, str]]:
        """The controller's credentials, by their ids."""
        key = {"username": "AKIAE2E", "password": secrets.token_hex(16)}
        return {
            "strata-registry": {"username": self.login.user, "password": self.login.password},
            "strata-aws-plan": key,
            "strata-aws-apply": key,
            "strata-kubeconfig": self.cluster.kubectl.kubeconfig.read_text(),
        }

    def overlay(self, patch: str = "") -> str:
        """Return the kustomization of this site: the local overlay with images and an address of its own.

        patch: one more, as text of YAML.
        """
        stores = {name: self.cluster.push(images.resolve(f"{name.upper()}_IMAGE", ROOT), name) for name in _STORES}
        pinned = "".join(
            f"  - {{name: {name}, newName: {reference.partition('@')[0]}, digest: '{reference.partition('@')[2]}'}}\n"
            for name, reference in stores.items()
        )
        return _KUSTOMIZATION.format(url=self.cluster.url, images=pinned) + patch

    def version(self) -> str:
        """Return which commit the app itself says it is."""
        answer = self._get("/healthz/ready")
        return str(answer.json()["version"]) if answer.ok else f"{answer.status_code}: {answer.text[:200]}"

    def image(self) -> str:
        """Return the reference by which the app runs."""
        containers = self.kubectl.get("deployment", "webapp")["spec"]["template"]["spec"]["containers"]
        return str(next(one["image"] for one in containers if one["name"] == "web"))

    def link(self) -> str:
        """Make a link as a person would, and return its address."""
        name = f"e2e-{secrets.token_hex(4)}"
        self._manage("create_user", name)
        key = self._manage("create_api_key", name)
        answer = requests.post(
            f"{self.cluster.url}/api/v1/links",
            json={"target": "https://example.org/there"},
            headers={"Authorization": f"Bearer {key}"},
            timeout=_QUICK,
        )
        answer.raise_for_status()
        return f"{self.cluster.url}/{answer.json()['slug']}"

    def _get(self, path: str) -> requests.Response:
        return requests.get(f"{self.cluster.url}{path}", timeout=_QUICK)

    def _manage(self, *arguments: str) -> str:
        return self.kubectl.exec("deployment/webapp", ["python", "manage.py", *arguments], "web").strip()


@contextmanager
def running(name: str, http_port: int, *, run: Run, scratch: Path, say: Say) -> Iterator[Site]:
    """Make the site, give it, and remove it. Raises ClusterFailed, NoImage, ProcessError."""
    with ExitStack() as stack:
        cluster = up(
            ROOT / "deploy" / "cluster",
            name,
            http_port=http_port,
            state=scratch / "clusters",
            labels=run.labels,
            say=say,
        )
        stack.callback(cluster.delete)
        login = Login("pusher", secrets.token_urlsafe(18))
        registry = Registry.start(
            f"{name}-delivery",
            images.resolve("REGISTRY_IMAGE", ROOT),
            network=network_of(name),
            labels=run.labels,
            login=login,
        )
        stack.callback(registry.container.remove)
        # The same name for whoever pushes and for the node, where it leads to the registry's own address.
        node.trust(cluster.kind, registry, f"127.0.0.1:{registry.port}")
        _prepare(cluster)
        account = stack.enter_context(accounts.running(scratch))
        # The machine's own kubectl may be years apart from the cluster.
        (scratch / _TOOLS).mkdir()
        (scratch / _TOOLS / "kubectl").symlink_to(cluster.kubectl.binary)
        say("a registry with a password, and an empty AWS account: ready")
        yield Site(cluster, registry, login, account, scratch)


def _prepare(cluster: Cluster) -> None:
    """Do what a site has done before its first release: a namespace, and secrets from a manager of secrets."""
    cluster.kubectl.run("create", "namespace", NAMESPACE)
    command = [sys.executable, str(ROOT / "webapp" / "ops" / "secrets_once.py")]
    make_secret(cluster.kubectl.within(NAMESPACE), "strata-secrets", command)


_STORES = ("mysql", "redis")
_TOOLS = "bin"

_KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

resources:
  - ../kustomize/overlays/local

configMapGenerator:
  - name: strata-config
    namespace: strata
    behavior: merge
    literals:
      - PUBLIC_URL={url}

images:
{images}"""
