"""Edits of a Dockerfile by instruction.

An instruction is addressed by its keyword, and where that is not enough by its stage and a text that it contains:
`{instruction: RUN, stage: build, contains: pip install}`. Continued lines, comments between them and here-documents
belong to their instruction, as in the reference: https://docs.docker.com/reference/dockerfile/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from testkit.faults.errors import EditError

SHAPES = {
    "replace": ({"with"}, set[str]()),
    "delete": (set[str](), set[str]()),
    "insert_after": ({"with"}, set[str]()),
    "append": (set[str](), {"stage"}),
}

# fmt: off
KEYWORDS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})
# fmt: on
WITH_HEREDOC = frozenset({"ADD", "COPY", "RUN"})

_HEREDOC = re.compile(r"<<(?P<dash>-?)(?P<quote>[\"']?)(?P<word>\w+)(?P=quote)")
_STAGE = re.compile(r"\sAS\s+(\S+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Instruction:
    """Lines `first` to `last` of the file, counted from 0. `stage` is a name, else a number; None before any FROM."""

    keyword: str
    stage: str | None
    first: int
    last: int
    text: str


def apply(source: str, edit: Mapping[str, Any]) -> str:
    """Replace, delete, insert or append an instruction."""
    lines = source.splitlines()
    instructions = list(_read(lines))
    if "append" in edit:
        last = _last_of_stage(instructions, edit.get("stage"))
        lines[last + 1 : last + 1] = _lines(edit["append"])
    elif "insert_after" in edit:
        last = _find(instructions, edit["insert_after"]).last
        lines[last + 1 : last + 1] = _lines(edit["with"])
    else:
        found = _find(instructions, edit["replace"] if "replace" in edit else edit["delete"])
        lines[found.first : found.last + 1] = _lines(edit["with"]) if "replace" in edit else []
    return "\n".join(lines) + "\n"


def parse(source: str) -> list[tuple[str, str]]:
    """Return keyword and text of all instructions, without comments and line breaks between words."""
    instructions = list(_read(source.splitlines()))
    if not any(each.keyword == "FROM" for each in instructions):
        raise EditError("there is no FROM")
    early = next(each for each in instructions if each.keyword != "ARG")
    if early.keyword != "FROM":
        raise EditError(f"line {early.first + 1}: {early.keyword} stands before the first FROM, where only ARG may")
    return [(each.keyword, each.text) for each in instructions]


def _read(lines: list[str]) -> Iterator[Instruction]:
    stage: str | None = None
    stages = at = 0
    escape = _escape(lines)
    while at < len(lines):
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        first = at
        words: list[str] = []
        while True:
            if at == len(lines):
                raise EditError(f"line {first + 1}: the last line is continued, and nothing follows")
            line = lines[at].strip()
            at += 1
            if line.startswith("#") or (not line and words):
                continue
            words.append(line.removesuffix(escape).strip())
            if not line.endswith(escape):
                break
        text = " ".join(words)
        keyword = text.split(maxsplit=1)[0].upper()
        if keyword not in KEYWORDS:
            raise EditError(f"line {first + 1}: {keyword} is no Dockerfile instruction")
        if keyword in WITH_HEREDOC:
            end = _after_heredocs(lines, at, text)
            text = "\n".join([text, *lines[at:end]])
            at = end
        if keyword == "FROM":
            name = _STAGE.search(text)
            stage, stages = (name[1] if name else str(stages)), stages + 1
        yield Instruction(keyword, stage, first, at - 1, text)


def _escape(lines: list[str]) -> str:
    """Return the line continuation character, which a comment at the very top may change."""
    for line in lines:
        directive = re.fullmatch(r"#\s*(\w+)\s*=\s*(\S+)\s*", line)
        if directive is None:
            break
        if directive[1].lower() == "escape":
            return directive[2]
    return "\\"


def _after_heredocs(lines: list[str], at: int, text: str) -> int:
    for heredoc in _HEREDOC.finditer(text):
        opened = at
        while True:
            if at == len(lines):
                raise EditError(f"line {opened}: the here-document {heredoc['word']} has no end")
            line = lines[at].lstrip("\t") if heredoc["dash"] else lines[at]
            at += 1
            if line == heredoc["word"]:
                break
    return at


def _find(instructions: list[Instruction], wanted: Mapping[str, str]) -> Instruction:
    if not isinstance(wanted, Mapping) or set(wanted) - {"instruction", "stage", "contains"} or not wanted:
        raise EditError(f"{wanted!r} is no address; it has instruction, and may have stage and contains")
    found = [
        each
        for each in instructions
        if each.keyword == wanted.get("instruction", each.keyword).upper()
        and each.stage == wanted.get("stage", each.stage)
        and wanted.get("contains", "") in each.text
    ]
    if len(found) != 1:
        raise EditError(f"{dict(wanted)} fits {len(found)} instructions and must fit exactly one")
    return found[0]


def _last_of_stage(instructions: list[Instruction], stage: str | None) -> int:
    found = [each.last for each in instructions if stage is None or each.stage == stage]
    if not found:
        raise EditError(f"there is no stage {stage}")
    return found[-1]


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").splitlines()
