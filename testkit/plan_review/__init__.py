"""A Terraform plan as a person wants to read it, with a verdict that a pipeline can obey.

    python -m testkit.plan_review review --chdir envs/production            # makes the plan, and reviews it
    python -m testkit.plan_review review --chdir envs/production --plan P   # reviews one that was made already
    python -m testkit.plan_review apply --chdir envs/production --plan P --verdict verdict.json --approved-by ada

Three verdicts, told by the exit code as well:

===============  ====  ===============================================================================
ok               0     nothing in it needs a person
needs approval   3     somebody must look first: something goes, or who may do or reach what changes
refused          4     not to be applied: state would be lost, the world let in, or the plan is no good
===============  ====  ===============================================================================

It fails closed: a plan that cannot be made, read or understood is refused. The reports carry the sha256 of the binary
plan, and `check` and `apply` compare it again, on a private copy that is what they then apply. The binary plan and its
JSON hold every secret in plain text: neither goes into the folder of reports, and the JSON never onto the disk.

`rules` and `holdings` are the data, a reason with each; `conditions` are the words they are written in; `documents`
judges the plan as a whole; `reviews` puts it together; `report` tells it; `binary` and `terraform` handle the files.
"""
