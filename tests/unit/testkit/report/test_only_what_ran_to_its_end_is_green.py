"""Is a layer green only when all of it ran, now, and passed?"""

import pytest

from tests.unit.testkit.report.stand import Stand, Test, failed, passed


def test_all_green_is_green(stand: Stand) -> None:
    """Red: nobody believes the page, because it is never green."""
    stand.all_green()
    code, printed = stand.run()
    assert (code, stand.tone) == (0, "ok"), printed
    assert printed == "reports/index.html: 2 tests passed\n"


def test_a_layer_that_did_not_run_is_named_and_not_green(stand: Stand) -> None:
    """Red: the layer whose tool is missing looks as green as those that ran."""
    stand.suite("unit.xml", [passed()])
    code, printed = stand.run()
    assert "not run: Cluster: manifests, Cluster: live" in printed
    assert (code, stand.tone) == (0, "wait"), f"a page with two runs missing has the tone {stand.tone}"
    assert "make test-k8s" in stand.text, "the page does not say how the missing layer is run"


def test_nothing_at_all_is_not_green(stand: Stand) -> None:
    """Red: an empty folder of reports is taken for success."""
    stand.run()
    assert stand.tone == "wait", f"without any results the page has the tone {stand.tone}"


@pytest.mark.parametrize(
    ("tests", "exist"), [([passed()], 3), ([], 0), ([], 7)], ids=["stopped", "nothing collected", "nothing ran"]
)
def test_a_run_that_was_cut_short_is_incomplete(stand: Stand, tests: list[Test], exist: int) -> None:
    """Red: a run that Ctrl-C or a crash ended after three tests counts as a whole layer."""
    stand.all_green()
    stand.suite("unit.xml", tests, exist=exist)
    _, printed = stand.run()
    assert "incomplete: Unit" in printed, f"{len(tests)} of {exist} tests ran, and the page says: {printed}"
    assert stand.tone == "wait"


def test_what_was_left_out_on_purpose_is_counted_and_not_missed(stand: Stand) -> None:
    """Red: the slow tests make every run incomplete, or a -k is not seen."""
    stand.all_green()
    stand.suite("unit.xml", [passed()], exist=3, deselected=2)
    stand.run()
    assert stand.tone == "ok", f"two deselected tests give the tone {stand.tone}"
    assert "ran 1 of 3, 2 left out" in stand.text


def test_old_results_do_not_count_when_a_time_is_given(stand: Stand) -> None:
    """Red: after `make test` last week's green layer stands beside today's."""
    stand.all_green()
    stand.suite("k8s.xml", [passed()], age=7300)
    since = (stand.folder / "unit.xml").stat().st_mtime - 60
    _, printed = stand.run("--since", str(since))
    assert "not run: Cluster: manifests, Cluster: live" in printed, f"an old result counts: {printed}"


def test_old_results_say_so_when_they_count(stand: Stand) -> None:
    """Red: `make report` shows results of different days as if they were of one."""
    stand.all_green()
    stand.suite("k8s.xml", [passed()], age=7300)
    stand.run()
    assert "2 hours older than the newest" in stand.text


@pytest.mark.parametrize("text", ["", "<testsuites><testsuite", "<html></html>", '<testsuite time="soon"/>'])
def test_a_broken_file_is_an_error_with_its_name(stand: Stand, text: str) -> None:
    """Red: a run that was killed while it wrote its results passes as one that did not run, or ends in a traceback."""
    stand.all_green()
    (stand.folder / "unit.xml").write_text(text)
    code, printed = stand.run()
    assert (code, stand.tone) == (2, "no"), f"a broken file ends with code {code} and the tone {stand.tone}"
    assert "unreadable: Unit" in printed
    assert "reports/unit.xml" in printed, f"the message does not name the file: {printed}"
    assert "reports/unit.xml" in stand.text, "the page does not name the broken file"


def test_broken_coverage_is_an_error_with_its_name(stand: Stand) -> None:
    """Red: coverage vanishes from the page, and nobody knows that it was not measured."""
    stand.all_green()
    (stand.folder / "coverage.xml").write_text("<coverage/>")
    code, printed = stand.run()
    assert (code, stand.tone) == (2, "no")
    assert "reports/coverage.xml" in printed


def test_coverage_is_the_number_that_the_floor_compares(stand: Stand) -> None:
    """Red: the page praises 100 % of lines where the gate has stopped the build for its branches."""
    stand.all_green()
    (stand.folder / "coverage.xml").write_text(
        '<coverage lines-valid="80" lines-covered="80" branches-valid="20" branches-covered="10"/>'
    )
    stand.run()
    assert "coverage 90.0 % of lines and branches" in stand.text


def test_a_run_within_another_one_is_told_once(stand: Stand) -> None:
    """Red: the layer's static tests count twice, or their absence spoils a complete run."""
    for file in ("unit.xml", "static.xml", "k8s.xml"):
        stand.suite(file, [passed()])
    _, printed = stand.run()
    assert "2 tests passed" in printed, printed


def test_one_red_test_makes_the_page_red_and_not_the_command(stand: Stand) -> None:
    """Red: the failure is overlooked; or the report's own code hides that of the tests."""
    stand.suite("unit.xml", [passed(), failed()])
    code, printed = stand.run()
    assert (code, stand.tone) == (0, "no")
    assert "1 of 2 tests failed" in printed


def test_a_test_that_fails_twice_is_one_failure(stand: Stand) -> None:
    """Red: a test that fails and then cannot be torn down counts as two, or as passed."""
    for order in ([passed(), failed(name="test_it_holds")], [failed(name="test_it_holds"), passed()]):
        stand.suite("unit.xml", order)
        assert "1 of 1 test failed" in stand.run()[1]


@pytest.mark.parametrize(
    ("text", "why"), [("title = 'x'", "layer is missing"), ("[[", "is no table"), (None, "cannot be read")]
)
def test_a_wrong_table_is_named(stand: Stand, text: str | None, why: str) -> None:
    """Red: a typing error in the table ends in a traceback of the TOML reader."""
    file = stand.root / "layers.toml"
    file.unlink() if text is None else file.write_text(text)
    code, printed = stand.run()
    assert code == 2
    assert "layers.toml" in printed
    assert why in printed
