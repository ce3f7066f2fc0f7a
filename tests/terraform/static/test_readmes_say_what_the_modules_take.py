"""Do the READMEs' tables say what the modules really take and give?"""

import subprocess
import sys

import pytest

from testkit import hcl
from tests.terraform.support.names import MODULES, ROOT, TREE


def test_tables_are_current() -> None:
    """Red: somebody sets a variable that is gone, or never learns of a new one."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "terraform.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "folder", sorted(path.relative_to(TREE) for path in [*MODULES.iterdir(), TREE / "envs/common"]), ids=str
)
def test_every_variable_has_a_type_and_one_sentence(folder: object) -> None:
    """Red: a typing mistake becomes a resource, or nobody knows what a variable is for."""
    for file in sorted((TREE / str(folder)).glob("*.tf")):
        text = file.read_text()
        for block in hcl.read(text):
            if block.names[0] not in {"variable", "output"}:
                continue
            where = f"{file.relative_to(ROOT)}: {' '.join(block.names)}"
            description = hcl.attribute(block, "description")
            assert description, f"{where}: description: wanted a sentence, got none"
            sentence = hcl.source(text, description).strip('"')
            assert sentence.endswith((".", "…")), f"{where}: description: wanted a sentence, got {sentence!r}"
            typed = block.names[0] == "output" or hcl.attribute(block, "type")
            assert typed, f"{where}: type: wanted one, got none"
