"""The one number of a Cobertura file that coverage.py's floor compares: covered lines and branches of all."""

import xml.etree.ElementTree as ET
from pathlib import Path

from testkit.junit import BrokenReport

_PAIRS = (("lines-covered", "lines-valid"), ("branches-covered", "branches-valid"))


def percent(file: Path, since: float = 0) -> float | None:
    """Return the percentage, None where there is no file or it is older than `since`. Raises BrokenReport."""
    if not file.is_file() or file.stat().st_mtime < since:
        return None
    try:
        told = ET.parse(file).getroot().attrib  # noqa: S314  # our own coverage wrote it
        covered, valid = (sum(int(told[pair[at]]) for pair in _PAIRS) for at in (0, 1))
    except (ET.ParseError, KeyError, ValueError) as error:
        raise BrokenReport(f"{file} cannot be read as a Cobertura report: {error}") from error
    return 100 * covered / valid if valid else 100.0
