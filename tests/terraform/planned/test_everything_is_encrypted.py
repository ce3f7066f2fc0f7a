"""Is everything that is stored encrypted, with keys that are rotated?"""

from testkit.plan import UNKNOWN, Plan


def test_secrets_are_encrypted_in_etcd(environment: str, plan: Plan) -> None:
    """Red: whoever gets a copy of etcd reads every password in it."""
    cluster = plan["module.eks.aws_eks_cluster.this"]
    cluster.assert_values({"encryption_config.0.resources": ["secrets"]})
    cluster.assert_refers_to("encryption_config.0.provider.0.key_arn", 'module.eks.aws_kms_key.this["secrets"]')


def test_volumes_are_encrypted(environment: str, plan: Plan) -> None:
    """Red: whoever gets a node's volume or a snapshot of it reads what is on it."""
    template = plan["module.eks.aws_launch_template.nodes"]
    for number, mapping in enumerate(template.get("block_device_mappings")):
        template.assert_values({f"block_device_mappings.{number}.ebs.0.encrypted": "true"})
        template.assert_values({f"block_device_mappings.{number}.ebs.0.volume_type": "gp3"})
        assert mapping["device_name"] == "/dev/xvda", f"{template.address}: AL2023 starts from /dev/xvda alone"


def test_logs_are_encrypted(environment: str, plan: Plan) -> None:
    """Red: logs, with who asked for what, lie in the open for everybody who may read the account's logs."""
    for group in plan.of("aws_cloudwatch_log_group"):
        assert group.get("kms_key_id") is UNKNOWN, (
            f"{group.address}: kms_key_id: wanted a key, got {group.get('kms_key_id')}"
        )
        assert group.refers_to("kms_key_id"), f"{group.address}: kms_key_id: wanted a key of this plan"


def test_keys_are_rotated(environment: str, plan: Plan) -> None:
    """Red: a key that leaked opens everything, for ever."""
    for key in plan.of("aws_kms_key"):
        key.assert_values({"enable_key_rotation": True})
        window = key.get("deletion_window_in_days")
        assert window is None or window is UNKNOWN or window >= 14, f"{key.address}: deletion_window_in_days: {window}"
