"""Secrets for places that have no secret manager: made at random, once, straight into the cluster.

    make_secret(kubectl, "shop-secrets", ["python3", "make_secrets.py"])

Unless the Secret is there, the command is run with a scratch folder as its last argument. Each file that it writes is a
key of the Secret, `mysql/password` as `mysql.password`; the folder is removed. A Secret that exists is never touched: a
second password for a database that has been initialised with the first locks everybody out.
"""

import base64
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from testkit import process
from testkit.kube.kubectl import Kubectl

_TIMEOUT = 60


class NoSecret(RuntimeError):
    """The command that was to make the secrets failed, or made none."""


def make_secret(kubectl: Kubectl, name: str, command: Sequence[str]) -> bool:
    """Make a Secret unless it is there; return whether it was made. Raises NoSecret, KubectlFailed."""
    if kubectl.run("get", "secret", name, "--ignore-not-found", "--output=name").strip():
        return False
    with tempfile.TemporaryDirectory(prefix="secrets-") as scratch:
        done = process.run([*command, scratch], timeout=_TIMEOUT)
        if done.code:
            raise NoSecret(f"{' '.join(command)} ended with code {done.code} instead of making {name}:\n{done.output}")
        files = sorted(path for path in Path(scratch).rglob("*") if path.is_file())
        data = {
            ".".join(path.relative_to(scratch).parts): base64.b64encode(path.read_bytes()).decode() for path in files
        }
    if not data:
        raise NoSecret(f"{' '.join(command)} wrote no file for {name} into the folder that is its last argument")
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "Opaque", "data": data}
    # Not `apply`: of two who do this at once one must be refused.
    kubectl.run("create", "--filename=-", input=json.dumps(secret))
    return True
