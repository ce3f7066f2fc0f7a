"""Can somebody who comes later see what happened, whatever it was?"""

import pytest

from tests.pipeline.conftest import Run
from tests.pipeline.support.site import FAILED, LAYERS, REPORT, REPORTS, ROOT, Given, red


@pytest.mark.parametrize("stage", LAYERS)
def test_a_layer_records_its_tests(run: Run, stage: str) -> None:
    """Red: a layer is green in the picture and nobody knows how many tests it ran."""
    recorded = [file for one in run(Given()).events("junit", stage) for file in one["files"]]
    assert recorded == [REPORTS[stage]], f"{stage} records {recorded or 'no JUnit report'}; wanted {REPORTS[stage]}"


@pytest.mark.parametrize("stage", LAYERS)
def test_a_red_layer_leaves_its_results_and_evidence(run: Run, stage: str) -> None:
    """Red: the build is red, and to find out why one has to run it again."""
    files = {REPORTS[stage]: FAILED, "reports/evidence/test_one/pod.log": "why"}
    build = run(Given(verbs=red(LAYERS[stage], files=files)))
    assert build.events("junit", stage), f"{stage} was red and recorded no test: {build}"
    assert (build.archive / "reports/evidence/test_one/pod.log").exists(), (
        f"{stage} was red and archived no evidence: {build}"
    )


@pytest.mark.parametrize("stage", LAYERS)
def test_a_red_layer_leaves_a_page_that_leads_to_it(run: Run, stage: str) -> None:
    """Red: the archive is fifty files, and somebody reads all of them at night."""
    build = run(Given(verbs=red(LAYERS[stage], files={REPORTS[stage]: FAILED})))
    # What this stage archived: the branches that are interrupted beside it have pages of their own.
    archived = [file for one in build.events("archive", stage) for file in one["files"]]
    assert "reports/index.html" in archived, (
        f"{stage} was red, and the page of `{REPORT}` is not in the archive: {archived}"
    )


@pytest.mark.parametrize("stage", LAYERS)
def test_without_the_page_the_evidence_is_kept(run: Run, stage: str) -> None:
    """Red: a file that the report cannot read takes all that the layer has left along with it."""
    files = {REPORTS[stage]: FAILED, "reports/evidence/test_one/pod.log": "why"}
    build = run(Given(verbs={**red(LAYERS[stage], files=files), **red(REPORT, files={})}))
    assert (build.archive / "reports/evidence/test_one/pod.log").exists(), (
        f"{stage} was red, `{REPORT}` failed, and so no evidence was archived: {build}"
    )


def test_a_green_layer_makes_no_page(run: Run) -> None:
    """Red: each green layer takes seconds more, for a page that says what the build's own page says."""
    made = [one["stage"] for one in run(Given()).events("sh") if one["script"] == REPORT]
    assert not made, f"`{REPORT}` ran in {made}, which were green"


def test_the_coverage_is_recorded(run: Run) -> None:
    """Red: the floor holds, and nobody sees that it comes nearer."""
    recorded = [(one["stage"], one["files"]) for one in run(Given()).events("coverage")]
    assert recorded == [("Unit", ["reports/coverage.xml"])], f"the coverage that is recorded: {recorded or 'none'}"


@pytest.mark.parametrize("stage", LAYERS)
def test_an_aborted_layer_cleans_up(run: Run, stage: str) -> None:
    """Red: the agents' disks fill up with what aborted builds left."""
    build = run(Given(verbs={LAYERS[stage]: {"aborts": True}}))
    assert build.result == "ABORTED", f"{build}"
    assert build.events("cleanWs", stage), f"{stage} was aborted and left its workspace: {build}"


def test_every_layer_of_the_repository_is_in_the_pipeline(run: Run) -> None:
    """Red: a layer exists, and nothing in CI runs it."""
    folders = {file.parent.name for file in (ROOT / "tests").glob("*/conftest.py")}
    commands = run(Given()).commands()
    missing = sorted(name for name in folders if f"make test-{name}" not in commands)
    assert not missing, f"no stage runs the layer {', '.join(missing)}: {commands}"


@pytest.mark.parametrize(("slow", "wanted"), [(False, ""), (True, "--slow")])
def test_slow_tests_run_when_asked_for(run: Run, slow: bool, wanted: str) -> None:
    """Red: SLOW is a parameter that does nothing."""
    arguments = {
        one["script"]: one["environment"].get("ARGS", "") for one in run(Given(parameters={"SLOW": slow})).events("sh")
    }
    found = {script: arguments[script] for script in LAYERS.values()}
    assert set(found.values()) == {wanted}, f"SLOW={slow}: the layers got {found}"
    others = {
        script: value
        for script, value in arguments.items()
        if value and script not in (*LAYERS.values(), "make image-load")
    }
    assert not others, f"ARGS is for the layers' pytest, and reaches {others}"
