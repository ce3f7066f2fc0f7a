"""Does every role have only the rights that it needs, and only those who need it the role?"""

import re

from testkit.plan import Plan
from tests.terraform.support.policies import listed, statements

ACCOUNT = {"staging": "111111111111", "production": "222222222222"}
# Service that may take a role, by the role's name without the environment; pods' roles have one more condition.
TRUSTED = {
    "cluster": "eks.amazonaws.com",
    "nodes": "ec2.amazonaws.com",
    "flow-logs": "vpc-flow-logs.amazonaws.com",
    "vpc-cni": "pods.eks.amazonaws.com",
    "aws-ebs-csi-driver": "pods.eks.amazonaws.com",
    "external-secrets": "pods.eks.amazonaws.com",
}
_NODES = "module.eks.aws_iam_role_policy_attachment.nodes"
_ADDON = "module.eks.aws_iam_role_policy_attachment.addon"
ATTACHED = {
    "module.eks.aws_iam_role_policy_attachment.cluster": "AmazonEKSClusterPolicy",
    f'{_NODES}["AmazonEKSWorkerNodePolicy"]': "AmazonEKSWorkerNodePolicy",
    f'{_NODES}["AmazonEC2ContainerRegistryPullOnly"]': "AmazonEC2ContainerRegistryPullOnly",
    f'{_ADDON}["vpc-cni"]': "AmazonEKS_CNI_Policy",
    f'{_ADDON}["aws-ebs-csi-driver"]': "service-role/AmazonEBSCSIDriverPolicy",
}


def test_no_role_may_do_everything(environment: str, plan: Plan) -> None:
    """Red: a wildcard gives a pod, a node or a service rights that nobody has thought of."""
    for resource, statement in statements(plan, "aws_iam_role_policy", "aws_iam_policy"):
        if statement["Effect"] != "Allow":
            continue
        actions, resources = listed(statement.get("Action")), listed(statement.get("Resource"))
        wild = [action for action in actions if "*" in action]
        assert actions, f"{resource.address}: policy: wanted actions by name, got NotAction"
        assert not wild, f"{resource.address}: policy: wanted actions by name, got {', '.join(wild)}"
        assert "*" not in resources, f"{resource.address}: policy: {actions}: wanted resources by name, got *"
        assert resources, f"{resource.address}: policy: {actions}: wanted resources by name, got NotResource"


def test_roles_are_taken_by_their_own_service_alone(environment: str, plan: Plan) -> None:
    """Red: somebody else's service, cluster or flow log takes one of our roles."""
    roles = {str(role.get("name")).removeprefix(f"strata-{environment}-") for role in plan.of("aws_iam_role")}
    assert roles == set(TRUSTED), f"{environment}: wanted the roles {sorted(TRUSTED)}, got {sorted(roles)}"
    for role, statement in statements(plan, "aws_iam_role"):
        name = str(role.get("name")).removeprefix(f"strata-{environment}-")
        wanted = {"Service": TRUSTED[name]}
        got = statement.get("Principal")
        assert got == wanted, f"{role.address}: assume_role_policy: wanted {wanted}, got {got}"
        if name not in {"cluster", "nodes"}:
            condition = statement.get("Condition", {}).get("StringEquals", {})
            account = condition.get("aws:SourceAccount")
            assert account == ACCOUNT[environment], (
                f"{role.address}: assume_role_policy: aws:SourceAccount: wanted {ACCOUNT[environment]}, got {account}"
            )


def test_pods_roles_are_this_clusters(environment: str, plan: Plan) -> None:
    """Red: a pod of another cluster in the account gets the same rights."""
    cluster = f"arn:aws:eks:eu-central-1:{ACCOUNT[environment]}:cluster/strata-{environment}"
    for role, statement in statements(plan, "aws_iam_role"):
        if statement.get("Principal") == {"Service": "pods.eks.amazonaws.com"}:
            got = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn")
            assert got == cluster, f"{role.address}: assume_role_policy: aws:SourceArn: wanted {cluster}, got {got}"


def test_aws_policies_are_the_narrow_ones(environment: str, plan: Plan) -> None:
    """Red: nodes, and so every pod on them, get AWS's wide policies: all of ECR, all of the network."""
    got = {
        one.address: str(one.get("policy_arn")).partition(":policy/")[2]
        for one in plan.of("aws_iam_role_policy_attachment")
    }
    for address in ATTACHED.keys() | got.keys():
        wanted = ATTACHED.get(address, "no attachment")
        there = got.get(address, "none")
        assert there == wanted, f"{address}: policy_arn: wanted {wanted}, got {there}"


def test_keys_belong_to_the_account_and_one_log_group(environment: str, plan: Plan) -> None:
    """Red: another account or service may use the key; or nobody may, and what it has encrypted is lost."""
    root = f"arn:aws:iam::{ACCOUNT[environment]}:root"
    for key, statement in statements(plan, "aws_kms_key"):
        who = statement.get("Principal")
        if who == {"AWS": root}:
            continue
        assert who == {"Service": "logs.eu-central-1.amazonaws.com"}, (
            f"{key.address}: policy: wanted {root} or logs, got {who}"
        )
        group = statement.get("Condition", {}).get("ArnEquals", {}).get("kms:EncryptionContext:aws:logs:arn", "")
        assert re.fullmatch(rf"arn:aws:logs:eu-central-1:{ACCOUNT[environment]}:log-group:/aws/[^*]+", group), (
            f"{key.address}: policy: wanted one log group in its condition, got {group or 'none'}"
        )


def test_secrets_are_the_environments_own(environment: str, plan: Plan) -> None:
    """Red: staging reads production's passwords."""
    found = list(statements(plan, "aws_iam_role_policy"))
    resources = [one for role, statement in found if "pod[" in role.address for one in listed(statement["Resource"])]
    wanted = [f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT[environment]}:secret:strata/{environment}-??????"]
    assert resources == wanted, f"{environment}: external-secrets may read {resources}; wanted {wanted}"


def test_people_come_in_by_access_entries(environment: str, plan: Plan) -> None:
    """Red: whoever ran the first apply is administrator for life, or one wrong edit of aws-auth locks all out."""
    plan["module.eks.aws_eks_cluster.this"].assert_values(
        {
            "access_config.0.authentication_mode": "API",
            "access_config.0.bootstrap_cluster_creator_admin_permissions": False,
        }
    )
    plan['module.eks.aws_eks_access_policy_association.this["deployer"]'].assert_values(
        {
            "policy_arn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy",
            "access_scope.0.type": "namespace",
            "access_scope.0.namespaces": [f"strata-{environment}"],
        }
    )


def test_an_entry_without_namespaces_is_for_the_cluster(scenarios: Plan) -> None:
    """Red: an administrator gets into no namespace, or a developer into all."""
    where = "module.public_cluster.aws_eks_access_policy_association.this"
    scenarios[f'{where}["everywhere"]'].assert_values({"access_scope.0.type": "cluster"})
    scenarios[f'{where}["somewhere"]'].assert_values(
        {"access_scope.0.type": "namespace", "access_scope.0.namespaces": ["strata"]}
    )
