"""Is a wrong value refused before anything is made, with words that say what is right, and its neighbour accepted?"""

import pytest

from tests.terraform.support.refusals import Case, answers, nodes

EGRESS = {"port": 3306, "description": "x"}
INGRESS = {"from_port": 80, "to_port": 80, "description": "x"}
ROLE = "arn:aws:iam::123456789012:role/ops"
ADDONS: dict[str, dict[str, str]] = {"vpc-cni": {}, "kube-proxy": {}, "coredns": {}}

REFUSED = [
    Case("name_capital", "vpc", {"name": "Strata"}, "small letters, digits and hyphens"),
    Case("name_long", "vpc", {"name": "a" * 33}, "3 to 32"),
    Case("account_short", "vpc", {"account_id": "12345"}, "12 digits"),
    Case("cidr_no_range", "vpc", {"cidr": "10.10.0.0"}, "from /16 to /20"),
    Case("cidr_small", "vpc", {"cidr": "10.10.0.0/21"}, "from /16 to /20"),
    Case("cidr_large", "vpc", {"cidr": "10.0.0.0/15"}, "from /16 to /20"),
    Case("cidr_host_bits", "vpc", {"cidr": "10.10.1.0/16"}, "the network begins at 10.10.0.0"),
    Case("cidr_overlap", "vpc", {"cidr": "10.10.0.0/16", "neighbours": {"x": "10.10.128.0/17"}}, "overlaps one of"),
    Case("cidr_inside", "vpc", {"cidr": "10.10.0.0/16", "neighbours": {"x": "10.0.0.0/8"}}, "overlaps one of"),
    Case("neighbour_no_range", "vpc", {"neighbours": {"office": "everywhere"}}, "office = everywhere"),
    Case("zones_one", "vpc", {"availability_zones": ["eu-central-1a"]}, "EKS needs two"),
    Case("zones_five", "vpc", {"availability_zones": [f"eu-central-1{one}" for one in "abcde"]}, "beyond four"),
    Case("zones_twice", "vpc", {"availability_zones": ["eu-central-1a", "eu-central-1a"]}, "a zone twice"),
    Case("zones_ids", "vpc", {"availability_zones": ["euc1-az1", "euc1-az2"]}, "such as eu-central-1a"),
    Case("zones_local", "vpc", {"availability_zones": ["us-west-2a", "us-west-2-lax-1a"]}, "not zone ids or local"),
    Case("zones_regions", "vpc", {"availability_zones": ["eu-central-1a", "eu-west-1a"]}, "several regions"),
    Case("nat_unknown", "vpc", {"nat_gateways": "two"}, "choose per_zone, single or none"),
    Case("flow_logs_week", "vpc", {"flow_log_retention_days": 7}, "CloudWatch Logs knows 30"),
    Case("vpc_no_tags", "vpc", {"tags": {}}, "tags is empty"),
    Case("vpc_name_tag", "vpc", {"tags": {"Name": "x"}}, "has a Name"),
    Case("cluster_name", "eks", {"name": "1st"}, "a letter first"),
    Case("cluster_account", "eks", {"account_id": "1234567890123"}, "12 digits"),
    Case("region_zone", "eks", {"region": "eu-central-1a"}, "without the letter of a zone"),
    Case("version_old", "eks", {"cluster_version": "1.30"}, "supported are 1.34, 1.35"),
    Case("version_patch", "eks", {"cluster_version": "1.35.1"}, "supported are 1.34, 1.35"),
    Case("vpc_cidr_none", "eks", {"vpc_cidr": "vpc"}, "no IPv4 range"),
    Case("subnets_one", "eks", {"subnet_ids": {"eu-central-1a": "subnet-0a"}}, "two at least"),
    Case("services_narrow", "eks", {"service_cidr": "172.20.0.0/25"}, "from /12 to /24"),
    Case("services_overlap", "eks", {"service_cidr": "10.0.0.0/12"}, "overlaps the VPC's 10.10.0.0/16"),
    Case("public_world", "eks", {"public_access_cidrs": ["0.0.0.0/0"]}, "not for the whole internet"),
    Case("public_half_worlds", "eks", {"public_access_cidrs": ["0.0.0.0/1", "128.0.0.0/1"]}, "not for the whole"),
    Case("public_no_range", "eks", {"public_access_cidrs": ["office"]}, "/16 or narrower"),
    Case("cluster_logs_week", "eks", {"log_retention_days": 7}, "CloudWatch Logs knows 30"),
    Case(
        "entry_no_role",
        "eks",
        {"access_entries": {"x": {"principal_arn": "ops", "policy": "AmazonEKSViewPolicy"}}},
        "x = ops",
    ),
    Case(
        "entry_policy",
        "eks",
        {"access_entries": {"x": {"principal_arn": ROLE, "policy": "Admin"}}},
        "choose AmazonEKSClusterAdminPolicy",
    ),
    Case(
        "entry_admin_of_part",
        "eks",
        {
            "access_entries": {
                "x": {"principal_arn": ROLE, "policy": "AmazonEKSClusterAdminPolicy", "namespaces": ["x"]}
            }
        },
        "for the whole cluster",
    ),
    Case("addons_few", "eks", {"addons": {"vpc-cni": {}}}, "no pod gets an address"),
    Case("addons_half_right", "eks", {"addons": ADDONS | {"x": {"service_account": "x"}}}, "without a managed_policy"),
    Case("addons_no_json", "eks", {"addons": ADDONS | {"x": {"configuration": "a: b"}}}, "no JSON: x"),
    Case(
        "pods_no_policy",
        "eks",
        {"pod_identities": {"x": {"namespace": "x", "service_account": "x", "policy": "{}"}}},
        "no IAM policies in JSON: x",
    ),
    Case("nodes_min_above_max", "eks", nodes(min_size=4), "min_size 4, desired_size 2 and max_size 3"),
    Case("nodes_none", "eks", nodes(min_size=0, desired_size=0), "from 1 on"),
    Case("nodes_desired_above", "eks", nodes(desired_size=4), "must rise in this order"),
    Case("nodes_no_type", "eks", nodes(instance_types=[]), "one or more such as m7g.large"),
    Case("nodes_small", "eks", nodes(instance_types=["t3.small"]), "below medium"),
    Case("nodes_mixed", "eks", nodes(instance_types=["m6i.large", "m7g.large"]), "mixes ARM and x86"),
    Case("nodes_capacity", "eks", nodes(capacity_type="spot"), "choose ON_DEMAND or SPOT"),
    Case("nodes_spot_one_type", "eks", nodes(capacity_type="SPOT"), "name three at least"),
    Case("nodes_disk", "eks", nodes(disk_gib=10), "from 20"),
    Case("nodes_all_at_once", "eks", nodes(max_unavailable_percentage=100), "from 1 to 50"),
    Case("ingress_world", "eks", {"node_ingress": {"x": INGRESS | {"cidr": "0.0.0.0/0"}}}, "x from 0.0.0.0/0"),
    Case("egress_world", "eks", {"node_egress": {"x": EGRESS | {"cidr": "0.0.0.0/0"}}}, "x to 0.0.0.0/0"),
    Case("eks_no_tags", "eks", {"tags": {}}, "tags is empty"),
    Case("eks_name_tag", "eks", {"tags": {"Name": "x"}}, "has a Name"),
]
ACCEPTED = [
    Case("ok_name", "vpc", {"name": "a" * 32}),
    Case("ok_account", "vpc", {"account_id": "000000000001"}),
    Case("ok_cidr_20", "vpc", {"cidr": "10.10.0.0/20"}),
    Case("ok_neighbours", "vpc", {"neighbours": {"next": "10.11.0.0/16", "before": "10.9.0.0/16"}}),
    Case("ok_zones_four", "vpc", {"availability_zones": [f"eu-central-1{one}" for one in "abcd"]}),
    Case("ok_zones_government", "vpc", {"availability_zones": ["us-gov-west-1a", "us-gov-west-1b"]}),
    Case("ok_nat", "vpc", {"nat_gateways": "none"}),
    Case("ok_flow_logs", "vpc", {"flow_log_retention_days": 30}),
    Case("ok_version", "eks", {"cluster_version": "1.34"}),
    Case("ok_services", "eks", {"service_cidr": "10.11.0.0/16"}),
    Case("ok_public", "eks", {"public_access_cidrs": ["192.0.2.0/24", "198.51.0.0/16"]}),
    Case(
        "ok_entry",
        "eks",
        {"access_entries": {"x": {"principal_arn": ROLE, "policy": "AmazonEKSAdminPolicy", "namespaces": ["x"]}}},
    ),
    Case("ok_addons", "eks", {"addons": ADDONS | {"x": {"configuration": "{}"}}}),
    Case(
        "ok_pods",
        "eks",
        {"pod_identities": {"x": {"namespace": "x", "service_account": "x", "policy": '{"Statement":[]}'}}},
    ),
    Case("ok_nodes_all_equal", "eks", nodes(min_size=3, desired_size=3)),
    Case("ok_nodes_spot", "eks", nodes(capacity_type="SPOT", instance_types=["m6i.large", "m5.large", "m6a.large"])),
    Case(
        "ok_nodes_arm",
        "eks",
        nodes(instance_types=["m7g.large", "c7gn.xlarge"], disk_gib=20, max_unavailable_percentage=50),
    ),
    Case("ok_ingress", "eks", {"node_ingress": {"x": INGRESS | {"cidr": "10.10.0.0/22"}}}),
    Case("ok_egress", "eks", {"node_egress": {"x": EGRESS | {"cidr": "10.10.64.0/20"}}}),
]


@pytest.fixture(scope="session")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What Terraform says to each case, all in one plan."""
    return answers([*REFUSED, *ACCEPTED], tmp_path_factory.mktemp("refusals"))


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_it_is_refused_with_a_way_out(refusals: dict[str, list[str]], case: Case) -> None:
    """Red: the mistake is found by AWS in the middle of an apply, or by nobody; or its message helps nobody."""
    said = [" ".join(text.split()) for text in refusals[case.name]]
    assert said, f"modules/{case.module}: {dict(case.values)} was accepted; wanted a refusal that says: {case.says}"
    assert any(case.says in text for text in said), (
        f"modules/{case.module}: {dict(case.values)}: wanted a refusal that says: {case.says}; got: {' | '.join(said)}"
    )


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_its_neighbour_is_accepted(refusals: dict[str, list[str]], case: Case) -> None:
    """Red: a rule refuses what AWS takes and somebody needs."""
    said = [" ".join(text.split()) for text in refusals[case.name]]
    assert not said, f"modules/{case.module}: {dict(case.values)} was refused: {' | '.join(said)}"
