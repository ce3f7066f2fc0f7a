"""Plans as they come up in the life of an environment, each small enough to be read."""

import json
from datetime import UTC, datetime
from typing import Any

from testkit.plan import Plan
from testkit.plan_review.reviews import Review, Settings
from tests.unit.testkit.plan.builders import Entry, entry, plan

NOW = datetime(2026, 3, 1, 13, tzinfo=UTC)
"""An hour after the plans were made."""

CLUSTER = "module.eks.aws_eks_cluster.this"
RULE = 'module.eks.aws_vpc_security_group_ingress_rule.nodes["ssh"]'
PASSWORD = "correct-horse-battery"  # what the tests look for in every report


def review(document: Entry, *allowed: tuple[str, str], **settings: Any) -> Review:
    """The review of a plan, at a fixed time."""
    chosen: dict[str, Any] = {"title": "production", "sha256": "0" * 64, "now": NOW} | settings
    return Review(Plan.from_json(document), Settings(allowed=frozenset(allowed), **chosen))


def no_op() -> Entry:
    vpc, cluster = {"cidr_block": "10.0.0.0/16"}, {"name": "shop"}
    return plan(
        entry("module.vpc.aws_vpc.this", before=vpc, after=vpc),
        entry(CLUSTER, before=cluster, after=cluster),
        entry("data.aws_ami.read", after={}, mode="data", actions=("read",)),
        output_changes={"url": {"actions": ["no-op"], "before": "x", "after": "x"}},
        applyable=False,
    )


def greenfield() -> Entry:
    zones = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
    policy = {
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "eks.amazonaws.com"}}]
    }
    endpoint = [{"endpoint_private_access": True, "endpoint_public_access": False, "public_access_cidrs": None}]
    return plan(
        entry("module.vpc.aws_vpc.this", after={"cidr_block": "10.0.0.0/16"}, unknown={"id": True, "arn": True}),
        *(
            entry(
                f'module.vpc.aws_subnet.private["{zone}"]',
                after={
                    "availability_zone": zone,
                    "cidr_block": f"10.0.{16 * at}.0/20",
                    "map_public_ip_on_launch": False,
                },
                unknown={"id": True, "vpc_id": True},
            )
            for at, zone in enumerate(zones)
        ),
        entry(
            "module.eks.aws_iam_role.cluster", after={"assume_role_policy": json.dumps(policy)}, unknown={"arn": True}
        ),
        entry(
            CLUSTER,
            after={"name": "shop", "vpc_config": endpoint, "enabled_cluster_log_types": ["api", "audit"]},
            unknown={"arn": True, "endpoint": True, "vpc_config": [{"vpc_id": True}]},
        ),
        output_changes={"cluster_endpoint": {"actions": ["create"], "after_unknown": True}},
    )


def cluster_replaced() -> Entry:
    encryption = [{"provider": [{"key_arn": "arn:aws:kms:a"}], "resources": ["secrets"]}]
    return plan(
        entry(
            CLUSTER,
            before={"name": "shop", "version": "1.34", "arn": "arn:aws:eks:a", "encryption_config": encryption},
            after={"name": "shop-2", "version": "1.34", "encryption_config": encryption},
            unknown={"arn": True, "endpoint": True},
            actions=("delete", "create"),
            replace_paths=[["name"]],
            action_reason="replace_because_cannot_update",
        ),
        entry("module.eks.aws_eks_addon.dns", before={"v": 1, "c": "a"}, after={"v": 2, "c": "a"}),
    )


def group_opened() -> Entry:
    closed = {"cidr_ipv4": "10.0.0.0/16", "from_port": 22, "to_port": 22, "ip_protocol": "tcp"}
    return plan(entry(RULE, before=closed, after=closed | {"cidr_ipv4": "0.0.0.0/0"}))


def destroyed() -> Entry:
    return plan(
        entry(CLUSTER, before={"name": "shop"}, action_reason="delete_because_no_module"),
        entry('module.vpc.aws_route.private["eu-west-1c"]', before={"x": 1}, action_reason="delete_because_each_key"),
        entry("aws_s3_bucket.logs", before={"bucket": "logs"}, actions=("forget",)),
    )


def secret_values() -> Entry:
    old, masks = f"{PASSWORD}-old", {"password": True, "policy": True, "settings": [{}, {"value": True}]}
    settings = [{"name": "a", "value": "plain"}, {"name": "b", "value": PASSWORD}]
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": f"{PASSWORD}:*", "Resource": "*"}]})
    return plan(
        entry(
            "aws_iam_role_policy.a",
            before={"password": old, "policy": "{}", "settings": [settings[0], {"name": "b", "value": old}]},
            after={"password": PASSWORD, "policy": policy, "settings": settings},
            sensitive=masks,
        ),
        entry("aws_thing.new", after={"password": PASSWORD, "settings": settings}, sensitive=masks),
        entry(
            "aws_thing.replaced",
            before={"password": old},
            after={"password": PASSWORD},
            sensitive=masks,
            actions=("delete", "create"),
            replace_paths=[["password"]],
        ),
        resource_drift=[
            entry("aws_thing.drift", before={"password": old}, after={"password": PASSWORD}, sensitive=masks)
        ],
        variables={"password": {"value": PASSWORD}},
        output_changes={
            "password": {
                "actions": ["update"],
                "before": old,
                "after": PASSWORD,
                "before_sensitive": True,
                "after_sensitive": True,
            }
        },
    )


def many(number: int = 500) -> Entry:
    kept = {"x": 1}
    changed = [
        entry(f"module.part{at % 10}.aws_thing.a[{at}]", before={"x": 1, "y": "z"}, after={"x": 2, "y": "z"})
        for at in range(number // 2)
    ]
    return plan(*changed, *(entry(f"aws_kept.a[{at}]", before=kept, after=kept) for at in range(number // 2)))


def errored() -> Entry:
    return greenfield() | {"errored": True, "applyable": False, "complete": False}


def moved_imported_drifted() -> Entry:
    vpc = {"cidr_block": "10.0.0.0/16"}
    return plan(
        entry("module.vpc.aws_vpc.this", before=vpc, after=vpc, previous_address="aws_vpc.main"),
        entry("aws_s3_bucket.logs", before={"bucket": "logs"}, after={"bucket": "logs"}, importing={"id": "logs-1"}),
        entry("aws_kept.a", before=vpc, after=vpc),
        resource_drift=[
            entry("aws_security_group.nodes", before={"ingress": []}, after={"ingress": [{"from_port": 22}]}),
        ],
    )


ALL = {
    "no-op": no_op,
    "greenfield": greenfield,
    "cluster replaced": cluster_replaced,
    "group opened": group_opened,
    "destroyed": destroyed,
    "secret values": secret_values,
    "many": many,
    "errored": errored,
    "moved, imported, drifted": moved_imported_drifted,
}
