"""Which image to run, what exactly it is, and building one's own with visible progress.

    images.resolve("MYSQL_IMAGE", folder)        # "mysql:9.7.2", or what this machine has instead of it
    images.identity("mysql:9.7.2", hint="run `make images`")      # "sha256:…", the configuration's digest
    images.build(folder, tag="shop:test", say=print, arguments={"PYTHON_IMAGE": "python:3.13-slim"})

Pins stand in `images.env`, which is committed; `.env`, which is not, says what this machine really has; a variable of
the environment wins over both, so that a pipeline can hand over what it has built.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from testkit import process

FILES = (".env", "images.env")
"""Where a reference is looked up after the environment, the first that has it wins."""

# `docker image inspect` reads one small file; longer means that the engine is stuck.
_QUICK = 30

# BuildKit's plain progress: "#12 [code 3/5] RUN python manage.py collectstatic".
_STEP = re.compile(r"#\d+ (\[[^\]]+\] (?:FROM|RUN|COPY|ADD|WORKDIR) .+)")


class NoImage(LookupError):
    """An image is not pinned, or not on this machine."""


class BuildFailed(RuntimeError):
    """`docker build` ended with an error; the message carries its last lines."""


def resolve(variable: str, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Return the image reference that `variable` names.

    folder: where `images.env` and `.env` are.
    environment: what wins over both; os.environ where not given.

    Raises NoImage when none of the three has the variable.
    """
    given = (os.environ if environment is None else environment).get(variable)
    if given:
        return given
    for name in FILES:
        if found := assignments(folder / name).get(variable):
            return found
    raise NoImage(f"{variable} is neither in the environment nor in {' nor in '.join(FILES)} of {folder}.")


def pinned(folder: Path) -> dict[str, str]:
    """Return every reference of the folder's `images.env`, each as it stands there and not as this machine has it."""
    return assignments(folder / FILES[-1])


def assignments(file: Path) -> dict[str, str]:
    """Return what a file of lines NAME=VALUE says; nothing where it is not there."""
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def identity(reference: str, *, hint: str = "") -> str:
    """Return the id of a local image: the digest of its configuration, which names content and not a tag.

    hint: what to do when it is not there, as the end of the message.

    Raises NoImage when this machine does not have it.
    """
    done = process.run(["docker", "image", "inspect", reference], timeout=_QUICK)
    if done.code:
        raise NoImage(f"the image {reference} is not on this machine: {hint or 'pull or build it'}.\n{done.output}")
    found: str = json.loads(done.output)[0]["Id"]
    return found


def build(
    folder: Path,
    *,
    tag: str,
    say: Callable[[str], None],
    arguments: Mapping[str, str] | None = None,
    secrets: Mapping[str, Path] | None = None,
    timeout: float = 900,
) -> str:
    """Build the folder's Dockerfile, tell each step as it begins, and return the image's id.

    say: is called with a line for each step.
    arguments, secrets: by name, as of `--build-arg` and `--secret`.
    timeout: seconds until the build is given up.

    Raises BuildFailed.
    """
    command = ["docker", "build", "--progress=plain", f"--tag={tag}"]
    command += [f"--build-arg={name}={value}" for name, value in (arguments or {}).items()]
    command += [f"--secret=id={name},src={file}" for name, file in (secrets or {}).items()]
    begin = time.monotonic()
    say(f"building {tag} …")
    with process.start([*command, str(folder)]) as builder:
        told = 0
        while builder.code is None and time.monotonic() - begin < timeout:
            told = _tell(builder, told, say)
            time.sleep(0.2)  # of looking at a growing log; nothing is waited for
        code = builder.code
        if code:
            raise BuildFailed(f"{tag} was not built: docker build ended with code {code}; {builder.tail()}")
        if code is None:
            raise BuildFailed(f"{tag} was not built within {timeout:g} s; {builder.tail()}")
    found = identity(tag)
    say(f"built {tag} in {time.monotonic() - begin:.1f} s: {found}")
    return found


@contextmanager
def under_test(folder: Path, variable: str, *, base: str, tag: str, say: Callable[[str], None]) -> Iterator[str]:
    """Give the id of the image that a layer tests: the one that a pipeline built before, else built from the folder.

    variable: of the environment, in which a pipeline names its image.
    base: the build argument that takes its value from `images.env`.
    tag: of what is built; taken away on leaving.

    Raises NoImage, BuildFailed.
    """
    if prebuilt := os.environ.get(variable):
        yield identity(prebuilt, hint=f"{variable} names it; build it or unset the variable")
        return
    reference = resolve(base, folder)
    identity(reference)
    try:
        yield build(folder, tag=tag, say=say, arguments={base: reference}, secrets=ca_secret())
    finally:
        forget(tag)


def ca_secret() -> dict[str, Path]:
    """Return the build secret `ca`: the machine's CA bundle, or CA_BUNDLE, as a proxy may sign what a build fetches."""
    bundle = Path(os.environ.get("CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt"))
    return {"ca": bundle} if bundle.exists() else {}


def forget(tag: str) -> None:
    """Take a tag off the machine; what was built stays in the builder's cache."""
    process.run(["docker", "image", "rm", tag], timeout=_QUICK)


def _tell(builder: process.Child, told: int, say: Callable[[str], None]) -> int:
    steps = list(_steps(builder.output()))
    for step in steps[told:]:
        say(f"  {step}")
    return len(steps)


def _steps(output: str) -> Iterator[str]:
    for line in output.splitlines():
        if found := _STEP.fullmatch(line):
            yield found[1][:100]
