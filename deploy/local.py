"""Bring this tree into the local cluster: build its image, push it, deploy the local overlay by digest.

    python deploy/local.py --name strata --http-port 8080

What runs is named by the digests that the pushes returned, as in every other environment. A release that does not come
up, or whose start page is not served, is taken back, and the one before goes on serving.
"""

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path

import requests

from testkit import images, process
from testkit.delivery.smoke import failures, status
from testkit.kube.cluster import Cluster, ClusterFailed, up
from testkit.kube.deploy import DeployFailed, deploy
from testkit.kube.kubectl import KubectlFailed
from testkit.kube.registry import PushFailed, Registry
from testkit.kube.render import Patch, RenderFailed, render

ROOT = Path(__file__).resolve().parents[1]
OVERLAYS = ROOT / "deploy" / "kustomize" / "overlays"
# What an overlay runs beside the app, by the names in its manifests.
OTHERS: dict[str, tuple[str, ...]] = {"local": ("mysql", "redis")}
OTHERS["local-monitored"] = (*OTHERS["local"], "prometheus", "mysql-exporter", "redis-exporter")
OTHERS["local-grafana"] = (*OTHERS["local-monitored"], "grafana")
TAG = "strata:local"
# The overlays' own.
NAMESPACE = "strata"

# Seconds for all roll-outs: a cold MySQL on two busy cores is most of it.
TIMEOUT = 300

# Seconds in which the ingress controller learns about a new Ingress; it looks every three.
ROUTED_WITHIN = 30


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--name", default="strata", help="of the cluster")
    parser.add_argument("--http-port", type=int, default=8080, help="of localhost, for the ingress controller")
    parser.add_argument("--overlay", choices=OTHERS, default="local", help="local-monitored has Prometheus as well")
    options = parser.parse_args()
    begin = time.monotonic()
    try:
        references: dict[str, str] = {}
        cluster = up(
            ROOT / "deploy" / "cluster",
            options.name,
            http_port=options.http_port,
            beside=lambda registry: references.update(_pushed(registry, OTHERS[options.overlay])),
            say=_say,
        )
        _deploy(cluster, OVERLAYS / options.overlay, references)
    except (
        ClusterFailed,
        DeployFailed,
        KubectlFailed,
        PushFailed,
        RenderFailed,
        images.BuildFailed,
        images.NoImage,
    ) as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    _say(f"ready after {time.monotonic() - begin:.1f} s")
    _tell(cluster, OTHERS[options.overlay])
    return 0


def _pushed(registry: Registry, others: tuple[str, ...]) -> dict[str, str]:
    """Build the app's image; return all of them by the digests under which the cluster's registry has them."""
    base, revision = images.resolve("PYTHON_IMAGE", ROOT), _revision()
    arguments = {"PYTHON_IMAGE": base, "REVISION": revision, "VERSION": revision}
    images.build(ROOT, tag=TAG, say=_say, arguments=arguments, secrets=images.ca_secret())
    variables = {name: f"{name.replace('-', '_').upper()}_IMAGE" for name in others}
    local = {"strata": TAG, **{name: images.resolve(variable, ROOT) for name, variable in variables.items()}}
    begin = time.monotonic()
    references = {name: registry.push(image, name) for name, image in local.items()}
    _say(f"pushed {', '.join(local.values())} in {time.monotonic() - begin:.1f} s")
    return references


def _deploy(cluster: Cluster, overlay: Path, references: dict[str, str]) -> None:
    secrets = {"strata-secrets": [sys.executable, str(ROOT / "webapp" / "ops" / "secrets_once.py")]}
    # The address is a part of every link that the app makes; the cluster may be at another port than the overlay says.
    address: Patch = {
        "target": {"kind": "ConfigMap", "name": "strata-config"},
        "patch": [{"op": "replace", "path": "/data/PUBLIC_URL", "value": cluster.url}],
    }
    manifests = render(overlay, images=references, patches=[address])
    verify = partial(_no_start_page, cluster)
    deploy(cluster.kubectl, manifests, timeout=TIMEOUT, rollback=True, secrets=secrets, verify=verify, say=_say)


def _no_start_page(cluster: Cluster) -> str:
    """Return why people do not get the start page, with what the web pods logged; nothing when they do."""
    question = f"{cluster.url} to serve the start page"
    failed = failures({question: status(f"{cluster.url}/", requests.codes.ok)}, ROUTED_WITHIN)
    if not failed:
        return ""
    selected = ["--selector=app.kubernetes.io/component=web", "--container=web", "--tail=200"]
    log = cluster.kubectl.within(NAMESPACE).run("logs", *selected)
    errors = [json.loads(line) for line in log.splitlines() if line.startswith("{") and '"ERROR"' in line]
    told = "\n".join(str(value) for value in errors[-1].values()) if errors else "the web pods logged no error"
    return f"{failed[question]}\n{told}"


def _revision() -> str:
    """Return the commit, with a mark when the tree differs from it; "unknown" outside of a checkout."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    done = process.run(command, timeout=30)
    return "unknown" if done.code else done.output.strip()


def _tell(cluster: Cluster, others: tuple[str, ...]) -> None:
    kubectl = f"{cluster.kubectl.binary} --kubeconfig {cluster.kubectl.kubeconfig} --namespace {NAMESPACE}"
    manage = "kubectl exec deployment/webapp -c web -- python manage.py"
    print(f"Strata is at {cluster.url}. With")
    print(f"    alias kubectl='{kubectl}'")
    print(f"an account:     {manage} create_user demo")
    print(f"its API key:    {manage} create_api_key demo")
    print("what runs:      kubectl get pods")
    if "prometheus" in others:
        print("Prometheus:     kubectl port-forward service/prometheus 9090")
        print("                meanwhile: curl http://localhost:9090/api/v1/targets, or /api/v1/alerts")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
