"""Is each plan let through, held up or refused as its rules say, and with their reason?"""

import json
from datetime import timedelta
from typing import Any

import pytest

from testkit.plan import Plan, PlanError
from testkit.plan_review.reviews import OverrideError, as_data
from testkit.plan_review.rules import RULES, STATE_LOSS
from testkit.plan_review.verdicts import Verdict
from tests.unit.testkit.plan.builders import Entry, entry, plan
from tests.unit.testkit.plan_review import golden
from tests.unit.testkit.plan_review.golden import CLUSTER, NOW, RULE, review

OK, APPROVAL, REFUSED = Verdict.OK, Verdict.NEEDS_APPROVAL, Verdict.REFUSED


@pytest.mark.parametrize(
    ("name", "verdict", "rules"),
    [
        ("no-op", OK, set()),
        ("many", OK, set()),
        ("moved, imported, drifted", OK, set()),
        ("greenfield", APPROVAL, {"who-may-do-what"}),
        ("cluster replaced", REFUSED, {"state-loss"}),
        ("destroyed", REFUSED, {"state-loss", "goes", "forgotten"}),
        ("group opened", REFUSED, {"open-ingress", "who-may-reach-what"}),
        ("secret values", REFUSED, {"admin-of-everything", "who-may-do-what", "goes"}),
        ("errored", REFUSED, {"errored", "who-may-do-what"}),
    ],
)
def test_each_golden_plan_gets_its_verdict(name: str, verdict: Verdict, rules: set[str]) -> None:
    """If red, a pipeline applies what nobody would have, or stops for nothing."""
    done = review(golden.ALL[name]())
    assert {finding.rule for finding in done.findings} == rules, [str(finding) for finding in done.findings]
    assert done.verdict is verdict, f"{name}: {done.verdict.words}"
    assert as_data(done)["exit_code"] == {OK: 0, APPROVAL: 3, REFUSED: 4}[verdict]


def test_the_loss_of_the_cluster_is_refused_until_somebody_answers_for_it() -> None:
    """If red, one changed name destroys the cluster and all that is in it, through a green pipeline."""
    for document in (golden.cluster_replaced(), golden.destroyed()):
        refused = review(document)
        assert refused.verdict is REFUSED, "the cluster goes, and the review lets it"
        (finding,) = refused.of_section("loss")[STATE_LOSS]
        assert finding.address == CLUSTER
        allowed = review(document, (STATE_LOSS, CLUSTER))
        assert allowed.verdict is APPROVAL, "an override must not make a destroyed cluster an ok"


@pytest.mark.parametrize(
    "override", [(STATE_LOSS, "module.eks.aws_eks_cluster.other"), (STATE_LOSS, RULE), ("goes", CLUSTER)]
)
def test_an_override_for_nothing_is_an_error(override: tuple[str, str]) -> None:
    """If red, an override that was forgotten in the pipeline answers for the next destroy as well."""
    with pytest.raises(OverrideError, match=r"remove the override"):
        review(golden.cluster_replaced(), override)


WORLD = {"cidr_ipv4": "0.0.0.0/0", "from_port": 443, "to_port": 443, "ip_protocol": "tcp"}
INGRESS = "aws_vpc_security_group_ingress_rule.a"
ADMIN = json.dumps({"Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:*"], "Resource": "*"}]})
HARMLESS = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}})
ANYONE = json.dumps({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["*"]}}})
NARROWED = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Condition": {"Bool": {"aws:x": "y"}}}})


DATABASE = "aws_db_instance.a"
ATTACHMENT = "aws_iam_role_policy_attachment.a"
ACCESS = "aws_eks_access_policy_association.a"
LOGS = "aws_cloudwatch_log_group.a"


def kept(days: int) -> dict[str, Any]:
    return {"retention_in_days": days}


def logged(*types: str) -> dict[str, Any]:
    return {"enabled_cluster_log_types": list(types)}


def endpoint(public: Any, cidrs: Any) -> dict[str, Any]:
    return {"vpc_config": [{"endpoint_public_access": public, "public_access_cidrs": cidrs}]}


@pytest.mark.parametrize(
    ("address", "before", "after", "rule", "verdict"),
    [
        (INGRESS, None, WORLD, "open-ingress", REFUSED),
        (INGRESS, None, WORLD | {"cidr_ipv4": "128.0.0.0/1"}, "open-ingress", REFUSED),
        (INGRESS, None, {"cidr_ipv6": "::/0", "ip_protocol": "-1"}, "open-ingress", REFUSED),
        (INGRESS, WORLD, WORLD | {"to_port": 444}, "open-ingress", REFUSED),
        (INGRESS, WORLD, WORLD | {"description": "x"}, "open-ingress", None),
        (INGRESS, None, WORLD | {"cidr_ipv4": "10.0.0.0/8"}, "open-ingress", None),
        ("aws_vpc_security_group_egress_rule.a", None, WORLD, "open-ingress", None),
        ("aws_security_group_rule.a", None, {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]}, "open-ingress", REFUSED),
        ("aws_security_group_rule.a", None, {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}, "open-ingress", None),
        ("aws_security_group.a", None, {"ingress": [{"cidr_blocks": ["0.0.0.0/0"]}]}, "open-ingress", REFUSED),
        ("aws_security_group.a", None, {"egress": [{"cidr_blocks": ["0.0.0.0/0"]}]}, "open-ingress", None),
        (CLUSTER, None, endpoint(True, ["0.0.0.0/0"]), "endpoint-open-to-the-world", REFUSED),
        (CLUSTER, None, endpoint(True, []), "endpoint-open-to-the-world", REFUSED),
        (CLUSTER, None, endpoint(True, ["203.0.113.0/24"]), "endpoint-open-to-the-world", None),
        (CLUSTER, None, endpoint(True, ["203.0.113.0/24"]), "endpoint-public", APPROVAL),
        (CLUSTER, endpoint(False, []), endpoint(False, []) | {"x": 1}, "endpoint-public", None),
        (DATABASE, {"publicly_accessible": False}, {"publicly_accessible": True}, "publicly-accessible", REFUSED),
        ("aws_ebs_volume.a", None, {"encrypted": False}, "unencrypted", REFUSED),
        ("aws_launch_template.a", None, {"devices": [{"ebs": [{"encrypted": False}]}]}, "unencrypted", REFUSED),
        ("aws_ebs_volume.a", {"encrypted": False}, {"encrypted": False, "x": 1}, "unencrypted", None),
        (CLUSTER, {"encryption_config": [{"a": 1}]}, {"encryption_config": []}, "encryption-removed", REFUSED),
        (CLUSTER, {"encryption_config": [{"a": 1}]}, {"encryption_config": [{"a": 2}]}, "encryption-removed", None),
        ("aws_s3_bucket_public_access_block.a", None, {"block_public_acls": False}, "bucket-public", REFUSED),
        ("aws_iam_policy.a", None, {"policy": ADMIN}, "admin-of-everything", REFUSED),
        ("aws_iam_policy.a", None, {"policy": HARMLESS}, "admin-of-everything", None),
        ("aws_iam_role.a", None, {"assume_role_policy": ANYONE}, "trusts-anyone", REFUSED),
        ("aws_s3_bucket_policy.a", None, {"policy": NARROWED}, "trusts-anyone", None),
        (ATTACHMENT, None, {"policy_arn": "arn:x/AdministratorAccess"}, "administrator-attached", REFUSED),
        (ACCESS, None, {"policy_arn": "a/AmazonEKSClusterAdminPolicy"}, "cluster-administrator", APPROVAL),
        ("aws_launch_template.a", None, {"metadata_options": [{"http_tokens": "optional"}]}, "metadata-v1", APPROVAL),
        (CLUSTER, logged("api", "audit"), logged("api"), "logs-dropped", APPROVAL),
        ("aws_flow_log.a", {"x": 1}, None, "logs-gone", APPROVAL),
        (LOGS, kept(0), kept(90), "logs-kept-shorter", APPROVAL),
        (LOGS, kept(30), kept(0), "logs-kept-shorter", None),
        (DATABASE, {"backup_retention_period": 7}, {"backup_retention_period": 0}, "backups-kept-shorter", APPROVAL),
        (CLUSTER, {"deletion_protection": True}, {"deletion_protection": False}, "unprotected", APPROVAL),
        ("aws_kms_key.a", {"enable_key_rotation": True}, {"enable_key_rotation": False}, "key-not-rotated", APPROVAL),
        ("aws_subnet.a", None, {"map_public_ip_on_launch": True}, "public-addresses", APPROVAL),
        ("aws_iam_role.a", {"tags": {"a": 1}}, {"tags": {"a": 2}}, "who-may-do-what", None),
        ("aws_network_acl.a", {"x": 1}, {"x": 2}, "who-may-reach-what", APPROVAL),
        ("aws_kms_key.a", {"policy": "a"}, {"policy": "b"}, "keys", APPROVAL),
        ("aws_kms_key.a", {"x": 1}, None, "state-loss", REFUSED),
        ("aws_route.a", {"x": 1}, None, "goes", APPROVAL),
    ],
)  # fmt: skip
def test_each_rule_sees_what_it_is_for(
    address: str, before: Any, after: Any, rule: str, verdict: Verdict | None
) -> None:
    """If red, a mistake that the table of rules names goes through, or what is right is held up."""
    done = review(plan(entry(address, before=before, after=after)))
    found = {finding.rule: finding.verdict for finding in done.findings}
    wanted = verdict.words if verdict else "nothing"
    assert found.get(rule) is verdict, f"{address}: {rule}: wanted {wanted}, got {found or 'nothing'}"


def test_a_source_that_is_not_known_yet_is_asked_about() -> None:
    """If red, 0.0.0.0/0 gets in through an expression that only the apply evaluates."""
    made = entry(INGRESS, after={"from_port": 22}, unknown={"cidr_ipv4": True})
    assert review(plan(made)).of_section("security")["source-unknown"][0].attribute == "cidr_ipv4"


def test_every_rule_has_a_name_of_its_own_and_a_reason() -> None:
    """If red, an override answers for two rules, or a refusal says nothing to whoever meets it."""
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.reason.endswith(".") for rule in RULES)


@pytest.mark.parametrize(
    ("change", "rule", "verdict"),
    [
        ({"errored": True}, "errored", REFUSED),
        ({"applyable": False}, "not-applyable", REFUSED),
        ({"complete": False}, "incomplete", APPROVAL),
        ({"timestamp": (NOW - timedelta(hours=25)).isoformat()}, "stale", REFUSED),
        ({"timestamp": None}, "age-unknown", APPROVAL),
        ({"deferred_changes": [{"reason": "unknown", "resource_change": {"address": "a.b"}}]}, "deferred", APPROVAL),
        (
            {"checks": [{"instances": [{"status": "fail", "problems": [{"message": "two is odd"}]}]}]},
            "check-failed",
            APPROVAL,
        ),
    ],
)
def test_a_plan_that_is_no_good_is_not_passed(change: Entry, rule: str, verdict: Verdict) -> None:
    """If red, half a plan, an old one, or one that Terraform itself doubts is applied."""
    done = review(plan(entry("aws_thing.a", after={"x": 1})) | change)
    assert [(finding.rule, finding.verdict) for finding in done.findings] == [(rule, verdict)]


def test_a_format_that_nobody_has_looked_at_is_refused() -> None:
    """If red, fields that mean something else by then are judged as if they did not."""
    with pytest.raises(PlanError, match=r"plan format version 2\.0"):
        Plan.from_json(golden.no_op() | {"format_version": "2.0"})


def test_an_action_that_nobody_has_looked_at_needs_approval() -> None:
    """If red, whatever a later Terraform does to a resource counts as nothing."""
    done = review(plan(entry("aws_thing.a", before={"x": 1}, after={"x": 1}, actions=("hibernate",))))
    assert (done.verdict, done.findings[0].what) == (APPROVAL, "hibernate")
    assert done.counts["hibernate"] == 1


def test_counts_tell_a_replacement_once() -> None:
    """If red, "1 to create, 1 to destroy" hides that it is the same cluster."""
    counts = {name: number for name, number in review(golden.cluster_replaced()).counts.items() if number}
    assert counts == {"replace": 1, "update": 1}
    moved = review(golden.moved_imported_drifted())
    assert (moved.counts["move"], moved.counts["import"], moved.counts["update"], moved.unchanged) == (1, 1, 0, 1)
