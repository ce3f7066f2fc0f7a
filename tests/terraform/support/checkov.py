"""checkov in an environment of its own, made once for each content of requirements/checkov.txt.

    python -m tests.terraform.support.checkov     # makes it, and prints where it is

Its pins clash with those of the tests, so it cannot be imported: it is called, and answers in JSON.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from testkit import process
from tests.terraform.support.names import ROOT

REQUIREMENTS = ROOT / "requirements" / "checkov.txt"

INSTALLS_WITHIN = 600.0
SCANS_WITHIN = 240.0


class NoCheckov(LookupError):
    """checkov cannot be had or does not answer; the message has its words."""


def environment() -> Path:
    """Return the folder of the environment, made if it is not there yet. Raises NoCheckov."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "strata"
    target = cache / f"checkov-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]}"
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    # Beside it, and renamed when it is whole: a run that is cut off leaves nothing that looks finished.
    scratch = Path(tempfile.mkdtemp(dir=cache, prefix="checkov-being-made-"))
    try:
        _run([sys.executable, "-m", "venv", str(scratch)])
        pip = [str(scratch / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--require-hashes", "--requirement", str(REQUIREMENTS)])
        try:
            scratch.rename(target)
        except OSError:
            # Somebody else was first, with the same content.
            shutil.rmtree(scratch)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return target


def findings(folder: Path, plans: Sequence[Path]) -> Iterator[str]:
    """Give a line for each finding in the code of a folder and in plans. Raises NoCheckov."""
    for report in _reports(folder, plans):
        for found in report["results"]["failed_checks"]:
            lines = "-".join(map(str, found["file_line_range"]))
            yield f"{found['file_path']}:{lines}: {found['resource']}: {found['check_id']}: {found['check_name']}"
        for broken in report["results"].get("parsing_errors", []):
            yield f"{broken}: checkov cannot read it"


def passed(folder: Path, plans: Sequence[Path]) -> int:
    """Return how many checks held: 0 means that nothing was looked at."""
    return sum(report["summary"]["passed"] for report in _reports(folder, plans))


def _reports(folder: Path, plans: Sequence[Path]) -> list[Mapping[str, Any]]:
    raise NotImplementedError


def _run(command: list[str]) -> None:
    done = process.run(command, timeout=INSTALLS_WITHIN)
    if done.code:
        raise NoCheckov(f"{' '.join(command)} ended with code {done.code}:\n{done.output[-2000:]}")


if __name__ == "__main__":
    print(environment())
