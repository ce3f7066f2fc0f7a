"""Is a document refused that would be misread?"""

from pathlib import Path
from typing import Any

import pytest

from testkit.plan import Plan, PlanError
from tests.unit.testkit.plan.builders import plan


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (plan() | {"format_version": "2.0"}, "plan format version 2.0, and only 1.x is known"),
        (plan() | {"format_version": "0.2"}, "plan format version 0.2, and only 1.x is known"),
        ({"resource_changes": []}, "no format_version"),
        ([], "no format_version"),
        ({"format_version": "1.0", "values": {}}, "a state, not a plan"),
    ],
)
def test_another_document_is_refused(document: Any, message: str) -> None:
    """If red, tests pass on a plan whose fields mean something else by now."""
    with pytest.raises(PlanError, match=message):
        Plan.from_json(document)


def test_files_are_read_or_named(tmp_path: Path) -> None:
    """If red, giving the binary plan ends in a UnicodeDecodeError."""
    file = tmp_path / "plan"
    file.write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(PlanError, match=r"terraform show -json plan"):
        Plan.from_file(file)
    file.write_text("Terraform will perform …")
    with pytest.raises(PlanError, match=r"plan is no JSON"):
        Plan.from_file(file)
    file.write_text('{"format_version": "1.2", "resource_changes": []}')
    assert not Plan.from_file(file).changes
