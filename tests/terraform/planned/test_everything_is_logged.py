"""After a break-in, is there a record that tells what happened?"""

from testkit.plan import Plan

ALL_LOGS = {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def test_the_control_plane_logs_all_it_can(environment: str, plan: Plan) -> None:
    """Red: nobody can tell who did what in the cluster."""
    cluster = plan["module.eks.aws_eks_cluster.this"]
    got = set(cluster.get("enabled_cluster_log_types") or [])
    missing = ALL_LOGS - got
    assert not missing, (
        f"{cluster.address}: enabled_cluster_log_types: wanted all of them, got none of {sorted(missing)}"
    )
    group = plan["module.eks.aws_cloudwatch_log_group.cluster"]
    group.assert_values({"name": f"/aws/eks/strata-{environment}/cluster"})


def test_the_network_logs_all_connections(environment: str, plan: Plan) -> None:
    """Red: nobody can tell who talked to whom, or what was refused."""
    logs = plan.of("aws_flow_log")
    assert logs, f"{environment}: module.vpc.aws_flow_log: wanted one, the plan has none"
    for log in logs:
        log.assert_values({"traffic_type": "ALL"})
        log.assert_refers_to("vpc_id", "module.vpc.aws_vpc.this")
        log.assert_refers_to("log_destination", "module.vpc.aws_cloudwatch_log_group.flow_logs")


def test_logs_end_one_day(environment: str, plan: Plan) -> None:
    """Red: a log is kept for ever, and paid for as long."""
    for group in plan.of("aws_cloudwatch_log_group"):
        days = group.get("retention_in_days")
        assert days, f"{group.address}: retention_in_days: wanted a number of days, got {days}"
