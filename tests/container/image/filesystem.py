"""What is in an image's file system, read from outside: no tool is needed in it, and no file can hide from a user.

One pass over `docker export` gives names, modes and owners; the contents are searched in the same pass, because reading
some hundred megabytes twice would cost more than all questions about them.
"""

import stat
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

BINARY_FOLDERS = frozenset({"bin", "sbin", "libexec"})


@dataclass(frozen=True)
class Entry:
    """A file, a folder or a link. `holds`: which of the texts that were searched for it contains."""

    path: PurePosixPath
    mode: int
    uid: int
    gid: int
    size: int
    kind: str
    holds: frozenset[str] = frozenset()

    @property
    def is_file(self) -> bool:
        return self.kind == "file"

    @property
    def is_folder(self) -> bool:
        return self.kind == "folder"

    @property
    def is_link(self) -> bool:
        return self.kind == "link"

    def is_below(self, *folders: str) -> bool:
        # As text: asked a hundred thousand times, and pathlib would take both apart each time.
        return f"{self.path}/".startswith(tuple(f"{folder}/" for folder in folders))

    def is_writable_by(self, uid: int) -> bool:
        """Whether a user without any group of note, or its group of the same number, could write it."""
        bits = stat.S_IWOTH | (stat.S_IWUSR if self.uid == uid else 0) | (stat.S_IWGRP if self.gid == uid else 0)
        return not self.is_link and bool(self.mode & bits)

    def __str__(self) -> str:
        return f"{self.path} ({self.mode:04o}, {self.uid}:{self.gid})"


def read(container: str, needles: Mapping[str, bytes]) -> list[Entry]:
    """Return everything in the container's root, mounts excepted.

    needles: what to search for in every file's content, by the name under which it is reported.

    Raises subprocess.CalledProcessError when the container does not exist.
    """
    command = ["docker", "export", container]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as export:
        assert export.stdout is not None
        with tarfile.open(fileobj=export.stdout, mode="r|") as tar:
            entries = list(_entries(tar, needles))
    if export.returncode:
        raise subprocess.CalledProcessError(export.returncode, command)
    return entries


def listed(entries: Iterable[Entry], most: int = 20) -> str:
    """The entries as lines of a message."""
    lines = [f"  {entry}" for entry in entries]
    return "\n".join(lines[:most] + ([f"  … and {len(lines) - most} more"] if len(lines) > most else []))


def _entries(tar: tarfile.TarFile, needles: Mapping[str, bytes]) -> Iterator[Entry]:
    for member in tar:
        content = tar.extractfile(member) if member.isreg() else None
        text = content.read() if content else b""
        yield Entry(
            path=PurePosixPath("/") / member.name,
            mode=stat.S_IMODE(member.mode),
            uid=member.uid,
            gid=member.gid,
            size=member.size,
            kind="file" if member.isreg() else "folder" if member.isdir() else "link",
            holds=frozenset(name for name, needle in needles.items() if needle in text),
        )
