"""Reads what `terraform show -json PLANFILE` printed, and refuses what would be misread.

Terraform promises that a new major version of the format may change the meaning of a field, and a minor one only adds
(https://developer.hashicorp.com/terraform/internals/json-format). So the majors that are known are listed here.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KNOWN_MAJORS = ("1",)

Document = Mapping[str, Any]


class PlanError(ValueError):
    """The document is no plan, or none that this version can read."""


def read(path: Path) -> Document:
    """Return the plan in a file. Raises PlanError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PlanError(f"{path} is no JSON; a binary plan is read by `terraform show -json {path.name}`") from None
    return parse(text, str(path))


def parse(text: str, source: str) -> Document:
    """Return the plan in a text. Raises PlanError."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanError(f"{source} is no JSON: {error}") from None
    return checked(document, source)


def checked(document: Any, source: str = "the document") -> Document:
    """Return the document if it is a plan of a known format. Raises PlanError."""
    if not isinstance(document, Mapping) or "format_version" not in document:
        raise PlanError(f"{source} is no plan: it has no format_version")
    version = str(document["format_version"])
    if version.partition(".")[0] not in KNOWN_MAJORS:
        known = ", ".join(f"{major}.x" for major in KNOWN_MAJORS)
        raise PlanError(
            f"{source} has the plan format version {version}, and only {known} is known here: its fields may mean "
            "something else. Read Terraform's release notes, then add it to KNOWN_MAJORS in testkit/plan/documents.py"
        )
    if "planned_values" not in document and "resource_changes" not in document and "values" in document:
        raise PlanError(f"{source} is a state, not a plan: give `terraform show -json` the plan's file")
    return document
