"""The few things that are asked of the Docker engine, and a memory of the registries that do not answer.

An engine without a network takes from 30 ms to minutes to say so. A registry that stayed silent is therefore asked
once, not once an image, and not again for `SILENCE_IS_REMEMBERED_FOR_SECONDS`.
"""

import select
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, cast

from offline.commands import run, succeeds

# The engine's own limits add up to minutes; a registry that serves says its first word within a second.
FIRST_WORD_WITHIN_SECONDS = 10
SILENCE_IS_REMEMBERED_FOR_SECONDS = 3600

# What a registry that works says about an image that it does not have: the OCI distribution specification's error codes
# MANIFEST_UNKNOWN and NAME_UNKNOWN, and Docker Hub's "denied" for a repository that does not exist.
_NO_SUCH_IMAGE = ("manifest unknown", "manifest for", "name unknown", "repository does not exist", "access denied")


class NoSuchImage(Exception):
    """The registry answers and does not have the image: the pin is wrong, and no stand-in may hide that."""


class RegistrySilent(Exception):
    """No registry serves the image from here; the message says why."""


def check_engine() -> None:
    """Raise CommandFailed unless the engine answers, lest its silence be taken for a registry's."""
    run("docker", "version", "--format", "{{.Server.Version}}")


def is_here(image: str) -> bool:
    """Say whether the engine already has the image."""
    return succeeds("docker", "image", "inspect", image)


def with_label(repository: str, label: str, value: str) -> str | None:
    """Return the tag in a repository that carries the label with this value, or None.

    The label alone would not do: every image that is built on a labelled one inherits its labels.
    """
    wanted = ("--filter", f"label={label}={value}", "--format", "{{.Repository}}:{{.Tag}}")
    found = run("docker", "image", "ls", *wanted, repository)
    tags = [tag for tag in found.splitlines() if "<none>" not in tag]
    return tags[0] if tags else None


def file_of(image: str, path: str) -> str:
    """Return the text of a file in an image; nothing of the image is run, it may have no shell."""
    container = run("docker", "create", image, "-")
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            run("docker", "cp", "--follow-link", f"{container}:{path}", copy)
            return copy.read_text().strip()
    finally:
        run("docker", "rm", "--volumes", container)


def registry_of(image: str) -> str:
    """Return the host that serves the image: the part before the first slash when it looks like a host."""
    first, slash, _ = image.partition("/")
    return first if slash and (set(".:") & set(first) or first == "localhost") else "docker.io"


def pull(image: str, memory: Path) -> None:
    """Pull an image, or say quickly that it cannot be had.

    Args:
        image: the reference, with tag or digest.
        memory: the folder that remembers which registries were silent.

    Raises:
        NoSuchImage: the registry answered that it does not have it.
        RegistrySilent: it did not answer, answered something else than a registry does, or was silent a while ago.
    """
    registry = registry_of(image)
    silence = memory / f"silent-{registry.replace(':', '-')}"
    if _age_seconds(silence) < SILENCE_IS_REMEMBERED_FOR_SECONDS:
        raise RegistrySilent(silence.read_text())
    error = _pull(image)
    if error is None:
        silence.unlink(missing_ok=True)
        return
    if any(words in error.lower() for words in _NO_SUCH_IMAGE):
        raise NoSuchImage(f"{registry} answers and does not have {image}: {error}")
    memory.mkdir(parents=True, exist_ok=True)
    again = f"it is asked again in an hour, or when {silence} is gone"
    silence.write_text(f"{registry} serves no image here ({again}): {error}")
    raise RegistrySilent(silence.read_text())


def _age_seconds(file: Path) -> float:
    return time.time() - file.stat().st_mtime if file.exists() else float("inf")


def _pull(image: str) -> str | None:
    """Return None when the image was pulled, else why not, in one line."""
    command = ["docker", "pull", image]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as puller:  # noqa: S603
        if not select.select([cast("IO[str]", puller.stdout)], [], [], FIRST_WORD_WITHIN_SECONDS)[0]:
            puller.terminate()
            return f"no answer within {FIRST_WORD_WITHIN_SECONDS} s"
        said, _ = puller.communicate()
    return None if puller.returncode == 0 else (said.strip().splitlines() or ["it gave no reason"])[-1]
