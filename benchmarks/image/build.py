"""Builds the image from a copy of what Git would commit, so that a line can be changed in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from testkit import images, process

ROOT = Path(__file__).resolve().parents[2]

# Seconds; a cold build compiles a driver and installs some forty packages.
PATIENCE = 900

# The module of which most others know nothing: what people change all day.
CHANGED = "webapp/links/pages.py"


@dataclass(frozen=True)
class Checkout:
    """A copy of the tree, and the tag under which its image is kept while it is measured."""

    folder: Path
    tag: str

    def build(self, *, cold: bool) -> float:
        """Build the image and return the seconds. cold: without anything that an earlier build has left.

        Raises SystemExit with the builder's last lines.
        """
        command = ["docker", "build", "--quiet", f"--tag={self.tag}"]
        command += [f"--build-arg=PYTHON_IMAGE={images.resolve('PYTHON_IMAGE', ROOT)}"]
        command += [f"--secret=id={name},src={file}" for name, file in images.ca_secret().items()]
        command += ["--no-cache"] if cold else []
        done = process.run([*command, str(self.folder)], timeout=PATIENCE)
        if done.code:
            raise SystemExit(f"docker build ended with code {done.code}:\n{done.output[-3000:]}")
        return done.seconds

    def change_a_line(self, number: int) -> None:
        """Change the code as a person does: one line, at the end of one module."""
        file = self.folder / CHANGED
        file.write_text(f"{file.read_text()}\nCHANGE = {number}\n")


@contextmanager
def checkout() -> Iterator[Checkout]:
    """Copy what the build reads, and take tag and copy away again."""
    with tempfile.TemporaryDirectory(prefix="strata-image-") as top:
        folder = Path(top)
        for name in ("Dockerfile", ".dockerignore"):
            shutil.copy2(ROOT / name, folder / name)
        for name in ("requirements", "webapp"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        made = Checkout(folder, f"strata-bench:{os.getpid()}")
        try:
            yield made
        finally:
            images.forget(made.tag)
