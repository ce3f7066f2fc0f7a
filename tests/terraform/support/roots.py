"""Prepares a root module of the tests' own, so that modules are used as a stranger would use them."""

from pathlib import Path

import pytest

from testkit.terraform import NoTerraform, TerraformFailed
from testkit.terraform.working import Working, prepare
from tests.terraform.support.names import REMEDY, ROOTS, TREE


def working(root: str, scratch: Path, aws: str = "", services: tuple[str, ...] = ()) -> Working:
    """Return a root module, `envs/staging` or `roots/vpc`, ready in a copy of the tree. Fails where that cannot be."""
    own = ROOTS / Path(root).name
    files = {file.name: file.read_text() for file in own.glob("*.tf")} if root.startswith("roots/") else {}
    try:
        return prepare(TREE, root, scratch, aws=aws, services=services, files=files)
    except (NoTerraform, TerraformFailed) as error:
        pytest.fail(f"{root}: {error} Remedy: {REMEDY}.", pytrace=False)
