"""promtool out of Prometheus' own image, so that what checks a file is what will read it.

    done = promtool("prom/prometheus:v3.5.0", root, "check", "rules", "deploy/rules/stores.yml")
    assert done.code == 0, done.output

`root` is what the program may read, and where it stands. It has no network.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from testkit import process

_TIMEOUT = 120
_SCRIPT = 'exec /bin/promtool "$@" < /stdin'


def promtool(
    image: str, root: Path, *arguments: str, mounts: Mapping[Path, str] | None = None, stdin: str = ""
) -> process.Finished:
    """Run promtool on files below `root`.

    mounts: further files and folders, by where they are to be in the container.
    stdin: what it is to read where no file can be named.
    """
    with tempfile.TemporaryDirectory(prefix="promtool-") as folder:
        given = Path(folder) / "stdin"
        given.write_text(stdin)
        for path in (given.parent, given):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return _run(image, {root: "/files", given: "/stdin", **(mounts or {})}, arguments)


def _run(image: str, shown: Mapping[Path, str], arguments: Sequence[str]) -> process.Finished:
    volumes = [f"--volume={there.resolve()}:{here}:ro" for there, here in shown.items()]
    command = ["docker", "run", "--rm", "--network=none", "--read-only", "--tmpfs=/tmp", "--user=65534"]
    command += [*volumes, "--workdir=/files", "--entrypoint=/bin/sh", image, "-c", _SCRIPT, "promtool", *arguments]
    return process.run(command, timeout=_TIMEOUT)
