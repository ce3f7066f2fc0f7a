"""What a plan is judged by, a row a rule: which types, what must hold, the verdict, and why.

A new rule is one row. Types are patterns as the shell has them; conditions are in `conditions`. Everything that goes is
looked at first, by the rules of LOSS; the rest is SECURITY.
"""

from dataclasses import dataclass

from testkit.plan_review.conditions import (
    Condition,
    acts,
    allows_everything,
    becomes,
    goes,
    loses,
    lowered,
    names_policy,
    opened,
    public_endpoint,
    source_unknown,
    touched,
    trusts_anyone,
)
from testkit.plan_review.holdings import HOLDINGS
from testkit.plan_review.verdicts import Verdict

LOSS = "loss"
SECURITY = "security"

STATE_LOSS = "state-loss"
"""The rule that `--allow-destroy ADDRESS` answers for."""


@dataclass(frozen=True)
class Rule:
    """A row of the table. `--allow NAME=ADDRESS` turns its refusal of one address into a need for approval."""

    name: str
    section: str
    verdict: Verdict
    types: tuple[str, ...]
    holds: Condition
    reason: str


_REFUSED, _APPROVAL = Verdict.REFUSED, Verdict.NEEDS_APPROVAL
_GROUPS = ("aws_security_group*", "aws_default_security_group", "aws_vpc_security_group_*")
_ANY = ("*",)

RULES = (
    Rule(
        STATE_LOSS,
        LOSS,
        _REFUSED,
        tuple(HOLDINGS),
        goes(HOLDINGS),
        "What it holds is gone for good; no second apply helps.",
    ),
    Rule("goes", LOSS, _APPROVAL, _ANY, goes(), "Whatever uses it meets a gap, or an object with another id."),
    Rule(
        "forgotten",
        LOSS,
        _APPROVAL,
        _ANY,
        acts("forget"),
        "It stays, costs money, and nobody looks after it any more.",
    ),
    Rule(
        "open-ingress",
        SECURITY,
        _REFUSED,
        _GROUPS,
        opened(),
        "A port that the whole world reaches is found within minutes. Name the sources.",
    ),
    Rule(
        "source-unknown",
        SECURITY,
        _APPROVAL,
        _GROUPS,
        source_unknown(),
        "Nobody can see before the apply who is let in.",
    ),
    Rule(
        "endpoint-open-to-the-world",
        SECURITY,
        _REFUSED,
        ("aws_eks_cluster",),
        public_endpoint(to_the_world=True),
        "One leaked token or one flaw of the API server is then enough, from anywhere.",
    ),
    Rule(
        "endpoint-public",
        SECURITY,
        _APPROVAL,
        ("aws_eks_cluster",),
        public_endpoint(to_the_world=False),
        "The API server is reached from outside: the list must be yours, and short.",
    ),
    Rule(
        "publicly-accessible",
        SECURITY,
        _REFUSED,
        _ANY,
        becomes(True, "publicly_accessible"),
        "A data store with a public address is one password away from everybody.",
    ),
    Rule(
        "public-addresses",
        SECURITY,
        _APPROVAL,
        _ANY,
        becomes(True, "map_public_ip_on_launch", "associate_public_ip_address"),
        "Machines get addresses on the internet; that is right for load balancers only.",
    ),
    Rule(
        "bucket-public",
        SECURITY,
        _REFUSED,
        ("aws_s3_*",),
        becomes(False, "block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"),
        "One careless policy then publishes the bucket.",
    ),
    Rule(
        "unencrypted",
        SECURITY,
        _REFUSED,
        _ANY,
        becomes(False, "encrypted", "storage_encrypted", "at_rest_encryption_enabled", "transit_encryption_enabled"),
        "Encryption cannot be switched on later without making the thing anew.",
    ),
    Rule(
        "encryption-removed",
        SECURITY,
        _REFUSED,
        _ANY,
        loses("encryption_config", "server_side_encryption_configuration", "encryption_configuration"),
        "What is written from now on lies in plain text.",
    ),
    Rule(
        "key-not-rotated",
        SECURITY,
        _APPROVAL,
        ("aws_kms_key",),
        becomes(False, "enable_key_rotation"),
        "A key that never changes makes each leak a leak for ever.",
    ),
    Rule(
        "admin-of-everything",
        SECURITY,
        _REFUSED,
        ("aws_iam_*",),
        allows_everything(),
        "Whoever gets hold of the role owns the account. Name actions and resources.",
    ),
    Rule(
        "administrator-attached",
        SECURITY,
        _REFUSED,
        ("aws_iam_*",),
        names_policy("/AdministratorAccess", "/PowerUserAccess", "/IAMFullAccess"),
        "Whoever gets hold of the role owns the account.",
    ),
    Rule(
        "trusts-anyone",
        SECURITY,
        _REFUSED,
        _ANY,
        trusts_anyone(),
        "Every AWS account in the world is in. Name the principal, or a condition.",
    ),
    Rule(
        "cluster-administrator",
        SECURITY,
        _APPROVAL,
        ("aws_eks_access_*",),
        names_policy("ClusterAdminPolicy"),
        "The principal may do everything in the cluster.",
    ),
    Rule(
        "metadata-v1",
        SECURITY,
        _APPROVAL,
        _ANY,
        becomes("optional", "http_tokens"),
        "With IMDSv1 a request that a pod is tricked into hands out the node's credentials.",
    ),
    Rule(
        "logs-dropped",
        SECURITY,
        _APPROVAL,
        _ANY,
        loses("enabled_cluster_log_types", "enabled_cloudwatch_logs_exports", "logging"),
        "What happens then is seen by nobody, not even afterwards.",
    ),
    Rule(
        "logs-gone",
        SECURITY,
        _APPROVAL,
        ("aws_flow_log", "aws_cloudtrail", "aws_s3_bucket_logging", "aws_guardduty_detector"),
        acts("destroy", "forget"),
        "What happens then is seen by nobody, not even afterwards.",
    ),
    Rule(
        "logs-kept-shorter",
        SECURITY,
        _APPROVAL,
        _ANY,
        lowered("retention_in_days", forever=0),
        "AWS deletes the older ones at once.",
    ),
    Rule(
        "backups-kept-shorter",
        SECURITY,
        _APPROVAL,
        _ANY,
        lowered("backup_retention_period"),
        "AWS deletes the older ones at once.",
    ),
    Rule(
        "unprotected",
        SECURITY,
        _APPROVAL,
        _ANY,
        becomes(False, "deletion_protection", "deletion_protection_enabled", "enable_deletion_protection"),
        "It is the last thing that stops a wrong destroy.",
    ),
    Rule(
        "who-may-do-what",
        SECURITY,
        _APPROVAL,
        ("aws_iam_*", "aws_eks_access_*", "aws_eks_pod_identity_association", "aws_*_policy"),
        touched(),
        "A role that may more than it needs is what a burglar looks for.",
    ),
    Rule(
        "who-may-reach-what",
        SECURITY,
        _APPROVAL,
        (*_GROUPS, "aws_network_acl*", "aws_default_network_acl"),
        touched(),
        "A path that nobody needs is one that nobody watches.",
    ),
    Rule("keys", SECURITY, _APPROVAL, ("aws_kms_*",), touched(), "What can be read, and by whom, hangs on it."),
)
