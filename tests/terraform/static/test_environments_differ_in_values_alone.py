"""Is every difference between staging and production a value that a diff of two files shows?"""

import pytest

from testkit import hcl
from tests.terraform.support.names import ENVIRONMENTS, TREE

COMMON = TREE / "envs" / "common"


def values(environment: str) -> dict[str, str]:
    text = (TREE / "envs" / environment / "terraform.tfvars").read_text()
    return {item.names[0]: hcl.source(text, item) for item in hcl.read(text)}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_code_is_the_same(environment: str) -> None:
    """Red: production runs code that staging has never seen."""
    folder = TREE / "envs" / environment
    wanted = {file.name for file in COMMON.glob("*.tf")}
    got = {file.name for file in folder.glob("*.tf")}
    assert got == wanted, f"envs/{environment}: wanted the files of envs/common, {sorted(wanted)}; got {sorted(got)}"
    for name in sorted(wanted):
        link = folder / name
        assert link.is_symlink() and link.resolve() == COMMON / name, (  # noqa: PT018  # a file that is no link leads nowhere
            f"envs/{environment}/{name}: wanted a link to ../common/{name}; this copy can change alone"
        )


def test_values_stand_in_the_same_order() -> None:
    """Red: a difference hides in a diff of two files that are sorted differently, or a value is a default somewhere."""
    staging, production = (list(values(environment)) for environment in ENVIRONMENTS)
    assert staging == production, f"terraform.tfvars: staging has {staging}, production has {production}"
    declared = {
        item.names[1] for item in hcl.read((COMMON / "variables.tf").read_text()) if item.names[0] == "variable"
    }
    assert set(staging) == declared, f"terraform.tfvars: not said in the open: {sorted(declared - set(staging))}"


def test_networks_know_each_other() -> None:
    """Red: both environments get the same addresses, and can never be connected to one office."""
    for one, other in (ENVIRONMENTS, ENVIRONMENTS[::-1]):
        wanted, got = values(other)["cidr"], values(one)["neighbours"]
        assert wanted in got, f"envs/{one}/terraform.tfvars: neighbours: wanted {other} = {wanted}, got {got}"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_state_is_kept_apart_encrypted_and_locked(environment: str) -> None:
    """Red: two people apply at once and the state is torn; or staging's apply writes over production's state."""
    text = (TREE / "envs" / environment / "backend.hcl").read_text()
    got = {item.names[0]: hcl.source(text, item) for item in hcl.read(text)}
    account = values(environment)["account_id"]
    wanted = {"use_lockfile": "true", "encrypt": "true", "allowed_account_ids": f"[{account}]"}
    for name, value in wanted.items():
        assert got.get(name) == value, f"envs/{environment}/backend.hcl: {name}: wanted {value}, got {got.get(name)}"
    assert environment in got["bucket"], (
        f"envs/{environment}/backend.hcl: bucket: wanted one of {environment}, got {got['bucket']}"
    )
