"""promtool out of Prometheus' own image, so that what checks a file is what will read it.

    done = promtool("prom/prometheus:v3.5.0", root, "check", "rules", "deploy/rules/stores.yml")
    assert done.code == 0, done.output

`root` is what the program may read, and where it stands. It has no network.
"""

from collections.abc import Mapping
from pathlib import Path

from testkit import process

_TIMEOUT = 120


def promtool(image: str, root: Path, *arguments: str, mounts: Mapping[Path, str] | None = None) -> process.Finished:
    """Run promtool on files below `root`.

    mounts: further files and folders, by where they are to be in the container.
    """
    shown = {root: "/files", **(mounts or {})}
    volumes = [f"--volume={there.resolve()}:{here}:ro" for there, here in shown.items()]
    command = ["docker", "run", "--rm", "--network=none", "--read-only", "--tmpfs=/tmp", "--user=65534"]
    command += [*volumes, "--workdir=/files", "--entrypoint=/bin/promtool", image, *arguments]
    return process.run(command, timeout=_TIMEOUT)
