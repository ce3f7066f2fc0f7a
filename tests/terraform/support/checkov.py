"""checkov in an environment of its own, made once for each content of requirements/checkov.txt.

    python -m tests.terraform.support.checkov     # makes it, and prints where it is

Its pins clash with those of the tests, so it cannot be imported: it is called, and answers in JSON.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testkit import process
from testkit.plan import Plan
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


@dataclass(frozen=True)
class Scan:
    """What checkov says: a line for each finding, how many checks held, and how many were skipped with a reason."""

    findings: tuple[str, ...]
    passed: int
    skipped: int


def scan(tree: Path, plans: Mapping[str, Plan], scratch: Path) -> Scan:
    """Let checkov look at the code and at plans, by name, all in one go: its start costs ten seconds.

    Raises NoCheckov.
    """
    # Links are followed, so that an environment's code is seen with its own values.
    shutil.copytree(tree, scratch / "terraform", ignore=shutil.ignore_patterns(".terraform"))
    for name, plan in plans.items():
        (scratch / f"{name}.json").write_text(json.dumps(plan.document))
    program = [str(environment() / "bin" / "python"), "-m", "checkov.main"]
    what = ["--directory", str(scratch), "--framework", "terraform", "terraform_plan"]
    how = ["--skip-download", "--soft-fail"]
    target = ["--output", "json", "--output-file-path", str(scratch / "report")]
    done = process.run([*program, *what, *how, *target], timeout=SCANS_WITHIN, cwd=scratch)
    reports = list((scratch / "report").glob("*.json"))
    if done.code or not reports:
        raise NoCheckov(f"checkov ended with code {done.code}:\n{done.output[-2000:]}")
    answer = json.loads(reports[0].read_text())
    parts = answer if isinstance(answer, list) else [answer]
    return Scan(
        tuple(_findings(parts)),
        sum(part["summary"]["passed"] for part in parts),
        sum(part["summary"]["skipped"] for part in parts),
    )


def _findings(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the code skips with a reason is no finding in a plan of it either: checkov does not see that by itself."""
    skipped = {_rule(one) for part in parts for one in part["results"]["skipped_checks"]}
    for found in [one for part in parts for one in part["results"]["failed_checks"]]:
        if _rule(found) not in skipped:
            lines = "-".join(map(str, found["file_line_range"]))
            yield f"{found['file_path']}:{lines}: {found['resource']}: {found['check_id']}: {found['check_name']}"


def _rule(one: Mapping[str, Any]) -> tuple[str, str]:
    return str(one["check_id"]), re.sub(r"\[.*?\](?=\.|$)", "", str(one["resource"]))


def _run(command: list[str]) -> None:
    done = process.run(command, timeout=INSTALLS_WITHIN)
    if done.code:
        raise NoCheckov(f"{' '.join(command)} ended with code {done.code}:\n{done.output[-2000:]}")


if __name__ == "__main__":
    print(environment())
