"""Does an assertion about a plan say which attribute of which resource is wrong, and what was probably meant?"""

from typing import Any

import pytest

from testkit.plan import MISSING, UNKNOWN, NoSuchAddress, Plan
from tests.unit.testkit.plan.builders import entry, plan

SUBNET = 'module.vpc.aws_subnet.private["eu-west-1a"]'


def one(address: str, after: dict[str, Any], **marks: Any) -> Plan:
    return Plan.from_json(plan(entry(address, after=after, **marks)))


@pytest.mark.parametrize(
    ("path", "wanted", "message"),
    [
        ("cidr_block", "10.0.0.0/20", f'{SUBNET}: cidr_block: wanted "10.0.0.0/20" got "10.0.16.0/20"'),
        ("tags.Name", "b", f'{SUBNET}: tags.Name: wanted "b" got "a"'),
        ('tags."kubernetes.io/role/elb"', "0", f'{SUBNET}: tags."kubernetes.io/role/elb": wanted "0" got "1"'),
        ("block.0.size", 2, f"{SUBNET}: block.0.size: wanted 2 got 1"),
        ("block[0].size", 2, f"{SUBNET}: block[0].size: wanted 2 got 1"),
        ("id", "x", f'{SUBNET}: id: wanted "x" got (known after apply)'),
        ("tags.Nane", "a", f'{SUBNET}: tags.Nane: wanted "a" got (no such attribute); did you mean tags.Name?'),
    ],
)
def test_a_wrong_attribute_is_told_with_both_values(path: str, wanted: Any, message: str) -> None:
    """If red, a failing plan test sends its reader to the plan's JSON."""
    after = {
        "cidr_block": "10.0.16.0/20",
        "tags": {"Name": "a", "kubernetes.io/role/elb": "1"},
        "block": [{"size": 1}],
    }
    subnet = one(SUBNET, after, unknown={"id": True}).one(SUBNET)
    with pytest.raises(AssertionError) as failure:
        subnet.assert_values({path: wanted})
    assert str(failure.value) == message


def test_all_wrong_attributes_are_told_at_once() -> None:
    """If red, a change that breaks five attributes takes five runs to see."""
    both = Plan.from_json(plan(entry("a_thing.a", after={"x": 1, "y": 2}), entry("a_thing.b", after={"x": 1})))
    with pytest.raises(AssertionError) as failure:
        both.assert_values({"a_thing.a": {"x": 0, "y": 0}, "a_thing.b": {"x": 0}, "a_thing.c": {"x": 0}})
    lines = str(failure.value).splitlines()
    assert [line.partition(": wanted")[0] for line in lines[:3]] == ["a_thing.a: x", "a_thing.a: y", "a_thing.b: x"]
    assert lines[3].startswith("a_thing.c: the plan has no such resource")


def test_what_only_the_apply_tells_is_unknown() -> None:
    """If red, a test takes a value that is not known yet for null, and null for right."""
    after = {"name": "a", "list": [None, "b"], "block": [{"port": 1}], "none": None}
    unknown = {"id": True, "list": [True, False], "block": [{"arn": True}], "map": {"x": True}, "tags": {}}
    there = one("a_thing.a", after, unknown=unknown).one("a_thing.a")
    there.assert_unknown("id", "id.inside", "list.0", "block.0.arn", "map.x")
    there.assert_values(
        {"name": "a", "list.1": "b", "block.0.port": 1, "none": None, "tags": MISSING, "list.9": MISSING}
    )
    assert there.values["id"] is UNKNOWN
    with pytest.raises(AssertionError, match=r'a_thing.a: name: wanted \(known after apply\) got "a"'):
        there.assert_unknown("name")


def test_a_missing_address_is_met_with_what_was_meant() -> None:
    """If red, a typing error in a test looks like a resource that Terraform does not make."""
    known = Plan.from_json(
        plan(
            entry('module.vpc.aws_subnet.private["eu-west-1a"]', after={}),
            entry('module.vpc.aws_subnet.private["eu-west-1b"]', after={}),
            entry("module.vpc.aws_vpc.this", after={}),
            entry("aws_eip.gone", before={"x": 1}),
        )
    )
    for asked, hint in {
        "module.vpc.aws_vpc.thiss": "did you mean module.vpc.aws_vpc.this?",
        'module.vpc.aws_subnet.private["eu-west-1c"]': "its instances are module.vpc.aws_subnet.private[",
        "aws_eip.gone": "it is there only to be changed away: destroy",
        "q": "it has 3 resources",
    }.items():
        with pytest.raises(NoSuchAddress) as failure:
            known.one(asked)
        assert str(failure.value).startswith(f"{asked}: the plan has no such resource; {hint}")


def test_resources_are_found_by_type_module_and_name() -> None:
    """If red, a rule for all subnets looks at some of them."""
    known = Plan.from_json(
        plan(
            entry("module.a.aws_subnet.x[0]", after={}),
            entry("module.b.aws_subnet.y", after={}),
            entry("aws_subnet.z", after={}, actions=("no-op",)),
            entry("aws_subnet.old", before={"x": 1}),
            entry("aws_subnet.read", after={}, mode="data"),
            entry("aws_subnet.z", before={"x": 1}, deposed="0a1b2c3d"),
            entry("aws_vpc.a", after={}),
        )
    )
    assert [each.address for each in known.of("aws_subnet")] == [
        "aws_subnet.z",
        "module.a.aws_subnet.x[0]",
        "module.b.aws_subnet.y",
    ]
    assert [each.address for each in known.of("aws_subnet", module="")] == ["aws_subnet.z"]
    assert [each.key for each in known.of("aws_subnet", module="module.a", name="x")] == [0]
    assert "aws_vpc.a" in known
    assert "aws_subnet.old" not in known


def test_an_inventory_that_differs_is_told_by_type() -> None:
    """If red, "expected 42, got 43" is all that a reader gets."""
    known = Plan.from_json(
        plan(entry('aws_eip.nat["a"]', after={}), entry('aws_eip.nat["b"]', after={}), entry("aws_vpc.a", after={}))
    )
    known.assert_counts({"aws_eip": 2, "aws_vpc": 1, "aws_lb": 0})
    with pytest.raises(AssertionError) as failure:
        known.assert_counts({"aws_eip": 1, "aws_nat_gateway": 1, "aws_vpc": 1})
    assert str(failure.value).splitlines()[1:] == [
        '  aws_eip: wanted 1 got 2 (aws_eip.nat["a"], aws_eip.nat["b"])',
        "  aws_nat_gateway: wanted 1 got 0",
    ]


def test_outputs_keep_their_marks() -> None:
    """If red, a secret output is printed by the first test that asks for outputs."""
    changes = {
        "url": {"actions": ["create"], "after": "https://x", "after_sensitive": False, "after_unknown": False},
        "id": {"actions": ["create"], "after_unknown": True},
        "key": {"actions": ["update"], "before": "a", "after": "b", "before_sensitive": True, "after_sensitive": True},
        "old": {"actions": ["delete"], "before": 1, "after": None},
    }
    outputs = Plan.from_json(plan(output_changes=changes)).outputs
    assert outputs == {"url": "https://x", "id": UNKNOWN, "key": "b"}
    assert repr(outputs["key"]) == "(sensitive value)"
