"""Are nodes locked, current, updated a few at a time, and all there before pods come?"""

import re

import pytest

from testkit.plan import Plan

NODES = "module.eks.aws_eks_node_group.this"
TEMPLATE = "module.eks.aws_launch_template.nodes"
# What AWS takes as a description of a rule; anything else is refused halfway through an apply.
DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


def test_pods_cannot_become_the_node(environment: str, plan: Plan) -> None:
    """Red: a forged request, or any pod, gets the node's credentials from its metadata service."""
    plan[TEMPLATE].assert_values(
        {"metadata_options.0.http_tokens": "required", "metadata_options.0.http_put_response_hop_limit": 1}
    )


def test_nodes_come_from_the_launch_template(environment: str, plan: Plan) -> None:
    """Red: nodes start with AWS's defaults: an open metadata service and an unencrypted disk."""
    plan[NODES].assert_refers_to("launch_template.0.id", TEMPLATE)
    plan[NODES].assert_refers_to("launch_template.0.version", TEMPLATE)
    plan[TEMPLATE].assert_refers_to("vpc_security_group_ids", 'module.eks.aws_security_group.this["nodes"]')


def test_an_update_takes_a_few_away(environment: str, plan: Plan) -> None:
    """Red: an update drains most nodes at once."""
    share = plan[NODES].get("update_config.0.max_unavailable_percentage")
    assert share in range(1, 51), f"{NODES}: update_config: wanted at most 50 % at once, got {share}"


@pytest.mark.parametrize(
    ("cluster", "wanted"),
    [("private_cluster", "AL2023_x86_64_STANDARD"), ("public_cluster", "AL2023_ARM_64_STANDARD")],
)
def test_the_image_is_current_and_fits_the_machine(scenarios: Plan, cluster: str, wanted: str) -> None:
    """Red: nodes get no security updates, or never start because the image is for another processor."""
    scenarios[f"module.{cluster}.aws_eks_node_group.this"].assert_values({"ami_type": wanted})


def test_network_policies_are_enforced(environment: str, plan: Plan) -> None:
    """Red: the deployment's NetworkPolicies are accepted and do nothing."""
    address = 'module.eks.aws_eks_addon.before_nodes["vpc-cni"]'
    got = str(plan[address].get("configuration_values"))
    assert '"enableNetworkPolicy":"true"' in got, (
        f"{address}: configuration_values: wanted enableNetworkPolicy, got {got}"
    )


def test_addons_come_when_they_can(environment: str, plan: Plan) -> None:
    """Red: nodes wait for a network that waits for nodes, or pods for rights that nobody hands out."""
    first = {one.key for one in plan.of("aws_eks_addon", "module.eks", "before_nodes")}
    then = {one.key for one in plan.of("aws_eks_addon", "module.eks", "on_nodes")}
    assert first == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}, f"{environment}: before nodes: {first}"
    assert then == {"coredns", "metrics-server", "aws-ebs-csi-driver"}, f"{environment}: on nodes: {then}"


def test_rules_have_reasons_that_aws_accepts(environment: str, plan: Plan) -> None:
    """Red: the apply fails halfway, on an apostrophe."""
    for kind in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group"):
        for one in plan.of(kind):
            text = str(one.get("description"))
            assert DESCRIPTION.fullmatch(text), f"{one.address}: description: AWS refuses characters of {text!r}"


def test_every_conversation_is_open_on_both_sides(environment: str, plan: Plan) -> None:
    """Red: one side may call and the other does not answer: time-outs that nobody can explain."""
    out = {one.key for one in plan.of("aws_vpc_security_group_egress_rule") if one.get("cidr_ipv4") is None}
    into = {one.key for one in plan.of("aws_vpc_security_group_ingress_rule") if one.get("cidr_ipv4") is None}
    assert out == into, f"{environment}: open on one side only: {sorted(map(str, out ^ into))}"
    assert {"api", "kubelet", "dns", "pods"} <= out, (
        f"{environment}: closed: {{'api', 'kubelet', 'dns', 'pods'}} - {out}"
    )


def test_production_is_protected_from_deletion(environment: str, plan: Plan) -> None:
    """Red: one word too much in a command, and production is gone."""
    guards = {one.address for one in plan.of("terraform_data")}
    wanted = {f"module.{module}.terraform_data.deletion_protection[0]" for module in ("eks", "vpc")}
    assert guards == (wanted if environment == "production" else set()), f"{environment}: protected by {guards}"
