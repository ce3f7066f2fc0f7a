"""Is it decided which Terraform and which provider run, and is it the same ones everywhere?"""

import re

import pytest

from testkit import hcl
from tests.terraform.support.names import ENVIRONMENTS, MODULES, ROOT, TREE

PROVIDER = ">= 5.95, < 7.0"
# What one major of the provider has and the other has not, or spells differently: modules must work with both.
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade
ONE_MAJOR_ONLY = {
    "vpc": "an Elastic IP has domain in both",
    "region": "resources have a region of their own from 6 on only",
    "deletion_protection": "clusters have it from 6 on only",
    "elastic_gpu_specifications": "it is gone in 6",
    "elastic_inference_accelerator": "it is gone in 6",
    "managed_policy_arns": "it is going: attachments are resources of their own",
}


@pytest.mark.parametrize("module", sorted(path.name for path in MODULES.iterdir()))
def test_modules_take_two_majors_and_no_third(module: str) -> None:
    """Red: the day on which AWS's provider 7 comes out, every environment breaks at its next init."""
    file = MODULES / module / "versions.tf"
    text = file.read_text()
    block = hcl.block(hcl.read(text), "terraform.required_providers")
    aws = hcl.attribute(block, "aws")
    assert aws, f"{file.relative_to(ROOT)}: required_providers: aws: wanted version {PROVIDER}, got no provider"
    said = re.search(r'version\s*=\s*"([^"]*)"', hcl.source(text, aws))
    got = said[1] if said else "none"
    assert got == PROVIDER, f"{file.relative_to(ROOT)}: required_providers: aws: version: wanted {PROVIDER}, got {got}"
    assert hcl.attribute(hcl.block(hcl.read(text), "terraform"), "required_version"), f"{module}: no required_version"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environments_pin_one_version(environment: str) -> None:
    """Red: two applies of the same code do different things."""
    text = (TREE / "envs" / environment / "versions.tf").read_text()
    aws = hcl.attribute(hcl.block(hcl.read(text), "terraform.required_providers"), "aws")
    said = re.search(r'version\s*=\s*"(\d+\.\d+\.\d+)"', hcl.source(text, aws) if aws else "")
    assert said, f"envs/{environment}/versions.tf: aws: version: wanted one exact version"
    lock = (TREE / "envs" / environment / ".terraform.lock.hcl").read_text()
    assert f'version     = "{said[1]}"' in lock, f"envs/{environment}/.terraform.lock.hcl: wanted {said[1]}: run init"
    assert lock.count('"zh:') >= 10, f"envs/{environment}/.terraform.lock.hcl: wanted the hashes of every platform"


@pytest.mark.parametrize("module", sorted(path.name for path in MODULES.iterdir()))
def test_modules_use_what_both_majors_have(module: str) -> None:
    """Red: a module that allows provider 6 breaks with it."""
    for file in sorted((MODULES / module).glob("*.tf")):
        for block in hcl.read(file.read_text()):
            if block.names[0] not in {"resource", "data"}:
                continue
            where = f"{file.relative_to(ROOT)}: {'.'.join(block.names)}"
            assert block.names[1] != "aws_region", f"{where}: its attribute is name in 5 and region in 6"
            for item in block.items or []:
                assert item.names[0] not in ONE_MAJOR_ONLY, f"{where}: {item.names[0]}: {ONE_MAJOR_ONLY[item.names[0]]}"
