"""Does a value that the plan masks stay hidden in every message?"""

from typing import Any

import pytest

from testkit.plan import Plan
from tests.unit.testkit.plan.builders import entry, plan

PASSWORD = "correct-horse"


@pytest.mark.parametrize(
    ("values", "masks", "path"),
    [
        ({"password": PASSWORD}, {"password": True}, "password"),
        ({"block": [{"a": 1}, {"password": PASSWORD}]}, {"block": [{}, {"password": True}]}, "block.1.password"),
        ({"block": {"password": PASSWORD}}, {"block": True}, "block.password"),
        ({"block": {"password": PASSWORD}}, True, "block.password"),
        ({"list": ["a", PASSWORD]}, {"list": [False, True]}, "list.1"),
    ],
)
def test_a_masked_value_is_compared_and_not_printed(values: Any, masks: Any, path: str) -> None:
    """If red, a failing test prints a password into CI's log."""
    resource = Plan(plan(entry("a_thing.a", after=values, sensitive=masks))).one("a_thing.a")
    resource.assert_values({path: PASSWORD})
    with pytest.raises(AssertionError) as failure:
        resource.assert_values({path: "another"})
    assert str(failure.value) == f"a_thing.a: {path}: wanted (sensitive value) got (sensitive value)"
    assert PASSWORD not in repr(resource.values)


def test_a_mask_of_one_side_covers_the_other() -> None:
    """If red, marking a variable as sensitive shows its old value, which is the same one, in the plan's review."""
    made = entry("a_thing.a", before={"password": PASSWORD}, after={"password": "new-horse"})
    made["change"]["after_sensitive"] = {"password": True}
    (difference,) = Plan(plan(made)).changes[0].differences()
    assert str(difference) == "password: (sensitive value) → (sensitive value)"


def test_a_secret_that_changes_is_a_change() -> None:
    """If red, a rotated password looks like no change at all, since both sides look alike."""
    same = entry("a_thing.a", before={"p": PASSWORD, "x": 1}, after={"p": PASSWORD, "x": 2}, sensitive={"p": True})
    rotated = entry("a_thing.b", before={"p": PASSWORD, "x": 1}, after={"p": "new", "x": 1}, sensitive={"p": True})
    changes = Plan(plan(same, rotated)).changes
    assert [[each.path for each in change.differences()] for change in changes] == [[("x",)], [("p",)]]
