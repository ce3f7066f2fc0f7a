"""Does a plan that should be empty say which address, and which attribute, is not left alone?"""

from collections.abc import Callable

import pytest

from testkit.plan import Plan
from tests.unit.testkit.plan.builders import entry, plan

KEPT = entry("aws_vpc.kept", before={"id": "vpc-1"}, after={"id": "vpc-1"})


def test_a_plan_that_changes_nothing_passes() -> None:
    """If red, no suite can say that an apply is repeatable."""
    read = entry("aws_ami.read", after={"id": "a"}, mode="data", actions=("read",))
    nothing = {"url": {"actions": ["no-op"], "before": 1, "after": 1}}
    empty = Plan(plan(KEPT, read, output_changes=nothing))
    empty.assert_idempotent()
    empty.assert_replaces_nothing()
    empty.one("aws_vpc.kept").assert_unchanged()


def test_each_attribute_of_each_address_is_told() -> None:
    """If red, "not idempotent" is all that a reader gets."""
    changed = Plan(
        plan(
            KEPT,
            entry("aws_eip.new", after={"a": 1}),
            entry("aws_sg.a", before={"description": "x", "n": 1}, after={"description": "", "n": 1}),
            entry(
                "aws_eks_node_group.a",
                before={"remote_access": [{"key": "k"}], "arn": "old"},
                after={"remote_access": []},
                unknown={"arn": True},
                actions=("create", "delete"),
                replace_paths=[["remote_access", 0, "key"]],
            ),
            entry("aws_vpc.b", before={}, after={}, previous_address="aws_vpc.a"),
            output_changes={"url": {"actions": ["update"], "before": 1, "after": 2}},
        )
    )
    with pytest.raises(AssertionError) as failure:
        changed.assert_idempotent()
    assert str(failure.value).splitlines()[1:] == [
        "aws_eip.new: create",
        "aws_eks_node_group.a: replace (forced by remote_access.0.key)",
        'aws_eks_node_group.a: remote_access.0: {"key": "k"} → (no such attribute)',
        'aws_eks_node_group.a: arn: "old" → (known after apply)',
        'aws_sg.a: description: "x" → ""',
        "aws_vpc.b: moved from aws_vpc.a",
        "output url: 1 → 2",
    ]
    with pytest.raises(AssertionError, match=r"aws_sg.a: description") as failure:
        changed.one("aws_sg.a").assert_unchanged()


@pytest.mark.parametrize("actions", [("delete", "create"), ("create", "delete"), ("delete",), ("forget",)])
def test_what_would_go_is_told_with_its_reason(actions: tuple[str, ...]) -> None:
    """If red, adding a zone may replace the others' subnets, and the test of it stays green."""
    after = None if "create" not in actions else {"cidr": "b"}
    paths = [["cidr"]] if after else []
    made = plan(KEPT, entry("aws_subnet.a", before={"cidr": "a"}, after=after, actions=actions, replace_paths=paths))
    message = failure(Plan(made).assert_replaces_nothing)
    wanted = "replace (forced by cidr)" if after else {"delete": "destroy"}.get(actions[0], actions[0])
    assert f"aws_subnet.a: {wanted}" in message, f"{' and '.join(actions)} is told as {message or 'nothing'}"


def failure(assertion: Callable[[], None]) -> str:
    """What an assertion says, "" when it holds."""
    try:
        assertion()
    except AssertionError as error:
        return str(error)
    return ""


def test_a_replacement_is_one_change() -> None:
    """If red, a summary says "1 created, 1 destroyed" and nobody sees that it is the same database."""
    replaced = entry("aws_db_instance.a", before={"x": 1}, after={"x": 2}, actions=("delete", "create"))
    made = Plan(plan(replaced, entry("aws_eip.a", after={}), entry("aws_eip.b", before={"x": 1})))
    assert made.actions == {"replace": 1, "create": 1, "destroy": 1}


def test_sets_of_blocks_are_compared_as_sets() -> None:
    """If red, one rule that is added at the front looks as if every rule had changed."""
    rules = [{"port": 80, "from": "a"}, {"port": 443, "from": "a"}]
    change = entry("aws_sg.a", before={"ingress": rules}, after={"ingress": [{"port": 22, "from": "b"}, *rules]})
    (difference,) = Plan(plan(change)).changes[0].differences()
    assert str(difference) == 'ingress.0: (no such attribute) → {"port": 22, "from": "b"}'
