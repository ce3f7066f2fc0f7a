"""The command line tools that this package calls: which version, and where it lies.

    tools.find("kustomize")            # ~/.cache/strata/bin/kustomize-5.8.1
    tools.kubectl("kindest/node:v1.35.8@sha256:…")      # the cluster's own, taken out of its node image
    python -m testkit.kube.tools       # installs kind and kustomize there, with Go

Each version has a name of its own, so that what is on the machine's PATH neither matters nor changes.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from testkit import process

PINS = {"kind": "0.33.0", "kustomize": "5.8.1"}
"""Versions by tool."""

MODULES = {"kind": "sigs.k8s.io/kind", "kustomize": "sigs.k8s.io/kustomize/kustomize/v5"}
"""What Go builds a tool from."""

# The whole tag: a stand-in's has the hash of its recipe behind the version.
_VERSION = re.compile(r":v?(\d+\.\d+\.\d+[\w.-]*)")

# A cold build with nothing in Go's caches, on two cores that others use as well.
_BUILD_TIMEOUT = 900


class NoTool(LookupError):
    """A tool is not on this machine; the message says how it gets there."""


def folder() -> Path:
    """Return where the tools are kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "strata" / "bin"


def find(tool: str) -> Path:
    """Return the path of a tool in its pinned version. Raises NoTool."""
    path = folder() / f"{tool}-{PINS[tool]}"
    if not os.access(path, os.X_OK):
        raise NoTool(f"{tool} {PINS[tool]} is not at {path}; install it with: python -m testkit.kube.tools {tool}")
    return path


def kubectl(node_image: str) -> Path:
    """Return the kubectl of a node image's version; the first time it is copied out of the image.

    node_image: must be on this machine, and have a version in its tag.

    Raises NoTool.
    """
    version = _VERSION.search(node_image)
    if version is None:
        raise NoTool(f"which kubectl {node_image} has cannot be told: its tag names no version, such as :v1.35.4")
    path = folder() / f"kubectl-{version[1]}"
    if not os.access(path, os.X_OK):
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy_out(node_image, "/usr/bin/kubectl", path)
    return path


def _copy_out(image: str, file: str, path: Path) -> None:
    container = _docker("create", image)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            copy = Path(scratch) / path.name
            _docker("cp", "--quiet", "--follow-link", f"{container}:{file}", str(copy))
            copy.replace(path)
    finally:
        _docker("rm", container)


def _docker(*args: str) -> str:
    done = process.run(["docker", *args], timeout=120)
    if done.code:
        raise NoTool(f"docker {' '.join(args)} ended with code {done.code}: {done.output.strip()}")
    return done.output.strip()


def install(tool: str) -> Path:
    """Build a tool with Go unless it is there, and return its path. Raises NoTool."""
    path = folder() / f"{tool}-{PINS[tool]}"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        command = ["go", "install", f"{MODULES[tool]}@v{PINS[tool]}"]
        done = process.run(command, timeout=_BUILD_TIMEOUT, env={**os.environ, "GOBIN": scratch})
        if done.code:
            raise NoTool(f"{' '.join(command)} ended with code {done.code}:\n{done.output}")
        (Path(scratch) / tool).replace(path)
    return path


if __name__ == "__main__":
    for name in sys.argv[1:] or PINS:
        print(install(name))
