"""The binary plan: hashed, and handed to Terraform as the very bytes that were hashed.

Between a hash and an apply a file can be exchanged. So its bytes are read once, into memory that has no name, is
sealed, and that Terraform opens as `/proc/self/fd/N`. Nothing of it is written to the disk, and it is gone with the
process: a plan holds every secret in plain text.
"""

import fcntl
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class NoPlan(ValueError):
    """The file is no plan that Terraform has written."""


class State(NamedTuple):
    """Which state a plan was made from, and which one there is now."""

    lineage: str
    serial: int


@dataclass(frozen=True)
class Sealed:
    """A plan's bytes. `fd` must be handed on to the child that opens `path`."""

    fd: int
    sha256: str
    state: State

    @property
    def path(self) -> str:
        return f"/proc/self/fd/{self.fd}"


@contextmanager
def sealed(plan: Path) -> Iterator[Sealed]:
    """Give a plan's bytes, which nobody can change any more. Raises NoPlan."""
    try:
        content = plan.read_bytes()
    except OSError as error:
        raise NoPlan(f"{plan} cannot be read: {error.strerror}") from None
    state = _state(content, plan)
    fd = os.memfd_create("plan", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with open(fd, "wb", closefd=False) as memory:
            memory.write(content)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
        yield Sealed(fd, hashlib.sha256(content).hexdigest(), state)
    finally:
        os.close(fd)


def _state(content: bytes, plan: Path) -> State:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.getinfo("tfplan")
            names = archive.namelist()
            state = json.loads(archive.read("tfstate")) if "tfstate" in names else {}
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise NoPlan(f"{plan} is no plan that `terraform plan -out` has written") from None
    return State(str(state.get("lineage", "")), int(state.get("serial", 0)))
