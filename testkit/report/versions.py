"""What the results were made with: tools, Python packages, images. Only what is there and answers at once."""

import contextlib
import platform
import re
import shlex
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

from testkit import images, process
from testkit.kube import tools
from testkit.report.table import Table

# A tool that answers later is stuck, and the page is worth more than its version.
_QUICK = 10

_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


def collect(table: Table, root: Path) -> dict[str, dict[str, str]]:
    """Return versions by name, in groups."""
    groups = {"Tools": _tools(table.tools), "Python packages": _packages(table.packages), "Images": _images(root)}
    return {title: group for title, group in groups.items() if group}


def commit(root: Path) -> str:
    """Return the commit, and whether something else was tested; empty where Git cannot tell."""
    done = _answer(f"git -C {shlex.quote(str(root))} describe --always --dirty --abbrev=12 --exclude=*")
    return done.strip().replace("-dirty", ", with changes that are not committed")


def _tools(commands: Iterable[tuple[str, str]]) -> dict[str, str]:
    pairs = list(commands)
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(_answer, (command for _, command in pairs)))
    found = {
        name: told[0] for (name, _), answer in zip(pairs, answers, strict=True) if (told := _VERSION.search(answer))
    }
    ours = {tool: version for tool, version in tools.PINS.items() if (tools.folder() / f"{tool}-{version}").exists()}
    return {"Python": platform.python_version(), **found, **ours}


def _answer(command: str) -> str:
    words = shlex.split(command)
    if not shutil.which(words[0]):
        return ""
    try:
        done = process.run(words, timeout=_QUICK)
    except process.ProcessError:
        return ""
    return "" if done.code else done.output


def _packages(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _images(root: Path) -> dict[str, str]:
    found = {}
    for variable, pin in images.pinned(root).items():
        used = images.resolve(variable, root)
        found[variable.removesuffix("_IMAGE").lower()] = used if used == pin else f"{used}, instead of {pin}"
    return found
