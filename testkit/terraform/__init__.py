"""Terraform for tests: without an account, a credential or a download where that can be had.

    from testkit.terraform.working import prepare
    staging = prepare(ROOT / "terraform", "envs/staging", tmp_path)      # a copy, offline, its state beside it
    plan = staging.plan()                                                # testkit.plan.Plan
    with emulator.running(log) as address:
        applied = prepare(ROOT / "terraform", "modules/vpc", tmp_path, aws=address, services=("ec2", "iam"))

`cli` finds the program and its providers, `mirror` looks for providers on disk, `working` prepares a copy of a root
module and runs tftest in it, `emulator` is moto's AWS with what it gets wrong put right.
"""

from testkit.terraform.cli import NoTerraform, TerraformFailed

# `prepare` is in `working`: whoever reviews plans needs no tftest.
__all__ = ["NoTerraform", "TerraformFailed"]
