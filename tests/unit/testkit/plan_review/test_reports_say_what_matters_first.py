"""Does a report tell what matters first, hide what does not, and never a secret?"""

import json
import re
from collections.abc import Callable

import pytest

from testkit.plan_review.report import markdown, page, terminal
from testkit.plan_review.reviews import Review, as_data
from testkit.plan_review.rules import STATE_LOSS
from tests.unit.testkit.plan.builders import entry, plan
from tests.unit.testkit.plan_review import golden
from tests.unit.testkit.plan_review.golden import CLUSTER, PASSWORD, review

Render = Callable[[Review], str]

RENDERS: dict[str, Render] = {"terminal": terminal.render, "markdown": markdown.render, "page": page.render}


def told(render: str, done: Review) -> str:
    """The report as its reader sees it: without the style sheet, the tags and the escapes."""
    text = re.sub(r"<style>.*?</style>", "", RENDERS[render](done), flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text) if render == "page" else text
    for written, read in {
        "&quot;": '"',
        "&gt;": ">",
        "&lt;": "<",
        "&#x27;": "'",
        "&amp;": "&",
        "\\": "",
        "`": "",
    }.items():
        text = text.replace(written, read)
    return " ".join(text.split())


@pytest.mark.parametrize("name", golden.ALL)
@pytest.mark.parametrize("render", RENDERS)
def test_every_plan_can_be_told(render: str, name: str) -> None:
    """If red, the plan that matters most ends in a traceback instead of a review."""
    done = review(golden.ALL[name]())
    assert done.verdict.words in told(render, done).lower()
    assert "0" * 64 in told(render, done), "the report does not name the plan that it is about"


@pytest.mark.parametrize("render", [*RENDERS, "verdict"])
def test_no_secret_is_told(render: str) -> None:
    """If red, a password stands in a pull request, on a page and in an archive."""
    done = review(golden.secret_values())
    text = RENDERS[render](done) if render in RENDERS else json.dumps(as_data(done))
    assert PASSWORD not in text, f"{render}: the plan masks {PASSWORD}, and the report shows it"
    assert "AdministratorAccess" not in text
    if render in {"markdown", "page"}:
        assert "(sensitive value)" in text, "that a secret changes must be seen"


@pytest.mark.parametrize("render", RENDERS)
def test_a_replacement_says_what_forces_it_and_what_is_lost(render: str) -> None:
    """If red, the reviewer of a replaced cluster has to find the reason among forty attributes."""
    text = told(render, review(golden.cluster_replaced()))
    for part in (CLUSTER, "the cluster: its objects", "name", '"shop"', '"shop-2"', "a gap"):
        assert part in text, f"{render}: {part} is missing: {text}"
    lost, listed = text.lower().index("forced by"), text.lower().index("changes by module")
    assert lost < listed, f"{render} tells what forces the replacement only among all changes"
    assert "(allowed)" in told("markdown", review(golden.cluster_replaced(), (STATE_LOSS, CLUSTER)))


@pytest.mark.parametrize("render", RENDERS)
def test_the_order_is_verdict_losses_security_modules_drift(render: str) -> None:
    """If red, an opened port stands below four hundred tags."""
    document = plan(
        *golden.many(40)["resource_changes"],
        *golden.destroyed()["resource_changes"],
        *golden.group_opened()["resource_changes"],
        resource_drift=golden.moved_imported_drifted()["resource_drift"],
    )
    text = told(render, review(document))
    marks = ["refused", "holds state", "open", "changes by module", "drift"]
    places = [-1]
    for mark in marks:
        places.append(text.lower().find(mark, places[-1] + 1))
    assert -1 not in places[1:], f"{render}: {dict(zip(marks, places[1:], strict=True))}"


@pytest.mark.parametrize("render", RENDERS)
def test_what_is_unchanged_is_a_number(render: str) -> None:
    """If red, 250 resources that stay as they are hide the one that does not."""
    done = review(golden.many())
    text = told(render, done)
    assert "aws_kept" not in text
    assert "250 unchanged" in text
    assert "250" in text.replace("250 unchanged", "")


def test_five_hundred_changes_fit_everywhere() -> None:
    """If red, a large plan's comment is refused by the forge, and its page by the browser."""
    done = review(golden.many(1000))
    assert len(markdown.render(done)) < 65_536
    assert len(terminal.render(done).splitlines()) < 150
    html = page.render(done)
    assert html.count('<details class="change') == 500
    assert len(html) < 1_000_000
    assert " open" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL), "everything is collapsed at first"


@pytest.mark.parametrize("render", ["markdown", "page"])
def test_moves_imports_drift_and_the_unknown_are_named(render: str) -> None:
    """If red, a move looks like a destroy, drift like our own change, an unknown id like an empty one."""
    text = told(render, review(golden.moved_imported_drifted()))
    for part in ("moved from aws_vpc.main", "imported from logs-1", "aws_security_group.nodes"):
        assert part in text, f"{render}: {part} is missing"
    assert "nown after apply" in told(render, review(golden.greenfield()))
    assert "arn" in told(render, review(golden.greenfield()))


@pytest.mark.parametrize("render", RENDERS)
def test_a_rehearsal_says_that_it_is_one(render: str) -> None:
    """If red, a plan that was made as if nothing existed is read as what will happen to what does."""
    text = told(render, review(golden.greenfield(), rehearsal=True))
    assert "A rehearsal, made without an account" in text
    assert "may be applied once" not in text


def test_the_page_needs_nothing_else() -> None:
    """If red, the page is bare where it is read: in an archive, behind a proxy, on a phone in a tunnel."""
    html = page.render(review(golden.destroyed()))
    assert not re.findall(r"(?:src|href)\s*=|url\(|@import|<script|<link|https?://", html)
    assert "prefers-color-scheme: dark" in html
    assert "width=device-width" in html
    assert "default-src 'none'" in html


@pytest.mark.parametrize("render", ["markdown", "page"])
def test_values_never_become_markup(render: str) -> None:
    """If red, a tag of a resource puts a link, a mention or a script into the review that decides about it."""
    evil = "</code><script>alert(1)</script>`[x](http://evil)@all"
    change = entry(f'aws_thing.a["{evil}"]', before={"x": 1, "y": "z"}, after={"x": evil, "y": "z"})
    done = review(plan(change, entry("aws_iam_role.a", before={evil: 1, "k": 1}, after={evil: 2, "k": 1})))
    text = RENDERS[render](done)
    # In Markdown nothing inside of a code span counts.
    outside = re.sub(r"`[^`]*`", "", text) if render == "markdown" else text
    assert "<script" not in outside, f"{render} hands a tag on"
    assert "[x](" not in outside or render == "page", f"{render} hands a link on"


def test_a_policy_that_changes_is_compared_inside() -> None:
    """If red, one more action in a policy is looked for between two lines of 4,000 characters."""
    before, after = (
        json.dumps({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "a"}, {"Sid": "x" * 900}]})
        for actions in (["s3:Get"], ["s3:Get", "s3:Put"])
    )
    text = told(
        "page",
        review(plan(entry("aws_iam_policy.a", before={"policy": before, "n": 1}, after={"policy": after, "n": 1}))),
    )
    assert 'policy.Statement.0.Action ["s3:Get"] → ["s3:Get", "s3:Put"]' in text
    assert "xxx" not in text
