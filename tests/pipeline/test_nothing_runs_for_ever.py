"""Does every build end, and leave the disk to the next one?"""

from tests.pipeline.conftest import Run
from tests.pipeline.support.site import Given


def test_whoever_takes_an_agent_has_a_time_out(run: Run) -> None:
    """Red: one stuck command holds an agent until somebody comes to work."""
    build = run(Given())
    limited = {one["stage"] for one in build.events("timeout")}
    for one in build.events("agent"):
        assert one["stage"] in limited, f"{one['stage']} has no timeout of its own, and takes an agent"


def test_the_build_as_a_whole_has_an_end(run: Run) -> None:
    """Red: a build in a queue, or between two stages, is never over."""
    assert [one for one in run(Given()).events("timeout") if one["stage"] is None], (
        "options has no timeout for the build"
    )


def test_old_builds_are_discarded(run: Run) -> None:
    """Red: the controller's disk is full, and no build of anything runs."""
    assert "buildDiscarder" in _options(run), "options has no buildDiscarder"


def test_the_other_layers_end_with_the_first_that_is_red(run: Run) -> None:
    """Red: a typing error holds five agents for as long as the slowest layer takes."""
    assert "parallelsAlwaysFailFast" in _options(run), "options has no parallelsAlwaysFailFast"


def test_a_restarted_build_finds_image_and_plan(run: Run) -> None:
    """Red: after a restart from a stage there is nothing to push, so somebody builds again."""
    assert "preserveStashes" in _options(run), "options has no preserveStashes"


def _options(run: Run) -> set[str]:
    return {one["option"] for one in run(Given()).events("option")}
