"""Does a reader of the page find what failed, why, and the evidence, and never a secret?"""

import re

import pytest

from testkit import evidence
from testkit.report import failures
from tests.unit.testkit.report.stand import Stand, Test, failed, passed

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_the_message_stands_above_all_else(stand: Stand) -> None:
    """Red: the reader scrolls through a thousand green tests to find out what is broken."""
    stand.suite("unit.xml", [passed(), failed("AssertionError: 1 visit is missing\nassert 2 == 3")])
    stand.run()
    order = ["Unit: it counts : 1 visit is missing", "Layers", "1 failure", "assert 2 == 3", "Slowest"]
    places = [stand.text.find(mark) for mark in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places), f"the order is {dict(zip(order, places, strict=True))}"
    assert 'href="#failure-1"' in stand.html
    assert 'id="failure-1"' in stand.html


def test_many_parameters_of_a_test_are_one_headline(stand: Stand) -> None:
    """Red: the first ten seconds show the same failure three times, and the other one not at all."""
    tests = [failed(name=f"test_counts[{number}]") for number in range(5)] + [failed(name="test_other")]
    stand.suite("unit.xml", tests)
    stand.run()
    verdict = stand.text.partition("Layers")[0]
    assert "counts [0]" in verdict, verdict
    assert "counts [1]" not in verdict, f"the second parameter is a headline as well: {verdict}"
    assert "Unit: other : 1 visit is missing" in verdict, verdict
    assert "and 4 more below" in verdict


def test_a_failure_says_what_it_means(stand: Stand) -> None:
    """Red: the reader sees an assertion, and not that visitors are affected."""
    stand.suite(
        "unit.xml", [Test("t.py::test_x[a b]", failed().body, question="Is it counted?", fault="Red: visits are lost.")]
    )
    stand.run()
    for part in ("Is it counted?", "If it stays so: Visits are lost.", "x [a b]"):
        assert part in stand.text, f"{part} is missing"


def test_evidence_is_one_click_away(stand: Stand) -> None:
    """Red: logs were taken, and nobody finds them."""
    test = Test("tests/k8s/test_it.py::test_rolls[a/b c]", failed().body)
    folder = evidence.folder_of(test.nodeid, stand.root)
    (folder / "pods").mkdir(parents=True)
    (folder / "pods" / "web 1.log").write_text("why")
    stand.suite("unit.xml", [test])
    stand.run()
    links = re.findall(r'<a href="(evidence/[^"]*)">pods/web 1.log</a>', stand.html)
    assert links == [f"evidence/{folder.name.replace('[', '%5B').replace(']', '%5D')}/pods/web%201.log"], stand.html


@pytest.mark.parametrize("where", ["message", "details", "fault", "skipped"])
def test_no_secret_is_told(stand: Stand, where: str) -> None:
    """Red: the password that an assertion compared stands on a page that everybody can read."""
    secret = "mysql://app:hunter22@db/x"
    tests = {
        "message": failed(f"refused: {secret}"),
        "details": failed("refused", f"url = '{secret}'"),
        "fault": Test("t.py::test_x", fault=f"Red: it uses {secret}"),
        "skipped": Test("t.py::test_x", f'<skipped message="no {secret}"/>'),
    }
    stand.suite("unit.xml", [tests[where]])
    stand.run()
    assert "hunter22" not in stand.html, f"a password in a test's {where} stands on the page"
    assert "mysql://app:***@db/x" in stand.text


def test_texts_never_become_markup(stand: Stand) -> None:
    """Red: a string in a test runs as a script in the browser of whoever reads the report."""
    evil = Test(f"t.py::test_x[{EVIL}]", failed(EVIL, EVIL).body, question=EVIL, fault=EVIL)
    stand.suite("unit.xml", [evil])
    stand.run()
    assert "<script" not in stand.html
    assert "<img" not in stand.html


def test_the_page_needs_nothing_else(stand: Stand) -> None:
    """Red: the page is bare where it is read: in an archive, behind a proxy, on a phone in a tunnel."""
    stand.suite("unit.xml", [passed(), failed()])
    stand.run()
    assert not re.findall(r"src\s*=|url\(|@import|<script|<link|https?://", stand.html)
    for part in ("prefers-color-scheme: dark", "width=device-width", "default-src 'none'"):
        assert part in stand.html, f"{part} is missing"


def test_many_long_failures_fit(stand: Stand) -> None:
    """Red: when a database is away the page is too large for the browser that should show it."""
    many = [failed("x" * 5_000, "y" * 30_000 + "the end", f"test_{number}") for number in range(70)]
    stand.suite("unit.xml", many)
    stand.run()
    assert len(stand.html) < 700_000, f"the page has {len(stand.html):,} characters"
    assert stand.html.count("<details><summary>Traceback") <= failures.MOST
    assert f"and {70 - failures.MOST} more" in stand.text
    assert "the end" in stand.text, "of a long traceback its end must be kept"


def test_each_test_is_listed_under_its_question(stand: Stand) -> None:
    """Red: nobody can tell what the green tests say of the product."""
    slow = Test("tests/b/test_b.py::test_b", seconds=75, question="Is b slow?", fault="Red: b crawls.")
    left = Test("tests/c/test_c.py::test_c", '<skipped message="no Docker"/>', question="Is c there?")
    stand.suite("unit.xml", [passed(), slow, left])
    stand.run()
    for part in ("Is b slow? ✓ b: B crawls.", "1 min 15 s", "c: no Docker", "ran 2 of 3, 1 skipped"):
        assert part in stand.text, f"{part} is missing in {stand.text}"


def test_many_parameters_of_a_test_are_one_line(stand: Stand) -> None:
    """Red: the list of questions is ten times as long as it need be, and a failing case hides among passing ones."""
    stand.suite("unit.xml", [passed("test_a[1]"), failed(name="test_a[2]"), passed("test_b[1]"), passed("test_b[2]")])
    stand.run()
    for part in ("✗ a (1 of 2) : It breaks.", "✓ b (2 cases) : It breaks."):
        assert part in stand.text, f"{part} is missing in {stand.text}"


def test_other_reports_are_linked(stand: Stand) -> None:
    """Red: the plan review lies beside the page, and nobody knows."""
    review = stand.folder / "plan-review" / "staging" / "index.html"
    review.parent.mkdir(parents=True)
    review.write_text("")
    stand.run()
    assert '<a href="plan-review/staging/index.html">' in stand.html
