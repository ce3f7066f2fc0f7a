"""What a failed test leaves for its reader: logs and states, taken before anything is torn down.

    evidence.collect_with(config, collector)      # once a session, from a fixture or a hook

After a failure in setup or call every collector is handed a `Folder`, `reports/evidence/<test>/`, and writes into it:

    def collector(folder: evidence.Folder) -> None:
        folder.write("server.log", server.logs(since=folder.since))

What looks like a password, a key or a token is replaced, in the failure's own message and traceback as well: JUnit's
file is archived with the rest. Files are cut to `LONGEST` characters of their end, and the failure's report names the
folder. A test's old folder goes when it runs again.
"""

import json
import re
import shutil
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import ExceptionChainRepr, ReprEntry  # pytest has no public names for them

LONGEST = 200_000
"""Characters of a file: enough for a test's log, too little to fill a CI server's disk."""

HIDDEN = "***"

# Without what may stand before it: looking for that would take a long word's length squared.
_WORDS = r"(?:pass(?:word|wd|phrase)|requirepass|_pwd|_auth\b|secret|token|credential|api_?key|private_?key)"

SECRET_NAME = re.compile(rf"(?i){_WORDS}|authorization")
"""Names of variables and JSON fields whose values are nobody's business."""

URL_PASSWORD = re.compile(r"://[^\s:/@]*:([^\s/@]+)@")

# Passwords in URLs, bearer tokens, and NAME=value or "name": "value" of a secret name.
_PATTERNS = (
    (re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)({_WORDS}[\w-]{{0,40}}[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&{{\[]+"), rf"\1{HIDDEN}"),
)

# Shorter ones would blacken innocent words.
_SHORTEST_SECRET = 6


class Folder:
    """One failed test's folder. It is made at the first write.

    since: when the test began, in Unix seconds.
    """

    def __init__(self, path: Path, since: float) -> None:
        self.path = path
        self.since = since
        self._secrets: set[str] = set()

    def learn(self, *secrets: str) -> None:
        """Hide these texts in whatever is written from now on."""
        self._secrets.update(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)

    def redacted(self, text: str) -> str:
        """Return a text without what is to be hidden."""
        return redacted(text, self._secrets)

    def write(self, name: str, text: str) -> None:
        """Write a file, redacted and cut to its end."""
        self.path.mkdir(parents=True, exist_ok=True)
        text = self.redacted(text)
        if len(text) > LONGEST:
            text = f"… {len(text) - LONGEST} characters left out …\n{text[-LONGEST:]}"
        (self.path / name).write_text(text)

    def write_json(self, name: str, data: Any) -> None:
        """Write data as JSON, without the values of secret fields and of secret NAME=value texts."""
        self.write(name, json.dumps(_without_secrets(data), indent=2, default=str))


Collector = Callable[[Folder], None]
_COLLECTORS = pytest.StashKey[list[Collector]]()
_BEGUN = pytest.StashKey[float]()


def collect_with(config: pytest.Config, collector: Collector) -> None:
    """Have `collector` called for each test that fails from now on."""
    config.stash.setdefault(_COLLECTORS, []).append(collector)


def redacted(text: str, secrets: "set[str] | frozenset[str]" = frozenset()) -> str:
    """Return the text without these secrets, and without what looks like one."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def folder_of(nodeid: str, root: Path) -> Path:
    """Return where a test's evidence goes."""
    name = re.sub(r"[^\w.\[\]-]+", "-", nodeid.removeprefix("tests/"))
    return root / "reports" / "evidence" / name[:150].strip("-")


class Evidence:
    """The part of the plugin that calls the collectors."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        item.stash[_BEGUN] = time.time()
        # Whoever collects registers in a fixture, which may be set up only after this.
        shutil.rmtree(folder_of(item.nodeid, item.config.rootpath), ignore_errors=True)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        collectors = item.config.stash.get(_COLLECTORS, [])
        if report.failed and report.when != "teardown" and collectors:
            folder = Folder(folder_of(item.nodeid, item.config.rootpath), item.stash.get(_BEGUN, time.time()))
            problems = [problem for collector in collectors if (problem := _collect(collector, folder))]
            _redact(report, folder.redacted)
            report.sections.append(("evidence", "\n".join([_contents(folder, item.config.rootpath), *problems])))
        return report


def _collect(collector: Collector, folder: Folder) -> str:
    try:
        collector(folder)
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not hide why the test failed
        return f"some evidence could not be taken: {type(error).__name__}: {error}"
    return ""


def _redact(report: pytest.TestReport, hide: Callable[[str], str]) -> None:
    """Hide secrets in what pytest tells of a failure, and leave it as it is otherwise: headline, colours and all."""
    report.sections = [(title, hide(text)) for title, text in report.sections]
    told = report.longrepr
    if not isinstance(told, ExceptionChainRepr):
        report.longrepr = hide(str(told))
        return
    for traceback, crash, _ in told.chain:
        if crash:
            crash.message = hide(crash.message)
        for entry in traceback.reprentries:
            entry.lines = [hide(line) for line in entry.lines]
            if isinstance(entry, ReprEntry) and entry.reprfuncargs:
                entry.reprfuncargs.args = [(name, hide(str(value))) for name, value in entry.reprfuncargs.args]
            if isinstance(entry, ReprEntry) and entry.reprlocals:
                entry.reprlocals.lines = [hide(line) for line in entry.reprlocals.lines]


def _contents(folder: Folder, root: Path) -> str:
    names = sorted(file.name for file in folder.path.iterdir()) if folder.path.exists() else []
    return f"{folder.path.relative_to(root)}/: {', '.join(names) or 'empty'}"


def _without_secrets(data: Any, name: str = "") -> Any:
    if isinstance(data, dict):
        return {key: _without_secrets(value, str(key)) for key, value in data.items()}
    if isinstance(data, list):
        # In a command line the value is the element after its option: --requirepass, VALUE.
        names = [str(before) if str(before).startswith("-") else name for before in ["", *data][: len(data)]]
        return [_without_secrets(value, before) for value, before in zip(data, names, strict=True)]
    if isinstance(data, str) and SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(data, str) and "=" in data and SECRET_NAME.search(data.partition("=")[0]):
        return f"{data.partition('=')[0]}={HIDDEN}"
    return data
