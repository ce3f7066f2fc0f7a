"""Does everything say whose it is, what it belongs to, and what it is called?"""

from testkit.plan import MISSING, UNKNOWN, Plan

# Their names are their own; a tag would only repeat them.
NAMELESS = {"terraform_data"}


def test_tags_are_everywhere(environment: str, plan: Plan) -> None:
    """Red: nobody knows whom it costs, or dares to delete it."""
    wanted = {"Project": "strata", "Environment": environment, "Owner": "platform", "ManagedBy": "terraform"}
    for resource in plan:
        tags = resource.get("tags")
        if tags is MISSING or resource.type in NAMELESS:
            continue
        got = tags if isinstance(tags, dict) else {}
        missing = {key for key in [*wanted, "Name"] if not got.get(key) or got[key] is UNKNOWN}
        wrong = {key for key, value in wanted.items() if key not in missing and got[key] != value}
        assert not missing | wrong, (
            f"{resource.address}: tags: wanted {sorted(missing | wrong)} as in {wanted}, got {got}"
        )


def test_what_nodes_bring_along_is_tagged(environment: str, plan: Plan) -> None:
    """Red: instances, their volumes and interfaces come without tags: a node group's own do not reach them."""
    template = plan["module.eks.aws_launch_template.nodes"]
    got = {one["resource_type"]: one["tags"] for one in template.get("tag_specifications")}
    for kind in ("instance", "volume", "network-interface"):
        assert got.get(kind, {}).get("Environment") == environment, (
            f"{template.address}: tag_specifications: {kind}: wanted Environment = {environment}, got {got.get(kind)}"
        )
