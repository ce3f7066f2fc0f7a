"""Is the code in Terraform's own style, so that a diff shows changes and nothing else?"""

import subprocess

import pytest

from testkit.terraform import NoTerraform, cli
from tests.terraform.support.names import REMEDY, ROOT, ROOTS, TREE


@pytest.mark.parametrize("folder", [TREE, ROOTS], ids=lambda folder: str(folder.relative_to(ROOT)))
def test_fmt_changes_nothing(folder: object) -> None:
    """Red: the next person's editor reformats the file, and the review drowns in it."""
    try:
        program = cli.program()
    except NoTerraform as error:
        pytest.fail(f"{error} Remedy: {REMEDY}.", pytrace=False)
    command = [program, "fmt", "-check", "-recursive", "-diff", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make fmt`:\n{done.stdout}{done.stderr}"
