"""What the layer shares: one JVM a session, and a way to run the Jenkinsfile on a site of one's own."""

from collections.abc import Callable, Iterator

import pytest

from testkit.pipeline.build import Build
from testkit.pipeline.runner import Runner
from tests.pipeline.support.site import JENKINSFILE, Given

Run = Callable[[Given], Build]


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """The JVM that runs Jenkinsfiles."""
    with Runner.start() as running:
        yield running


@pytest.fixture(scope="session")
def jenkinsfile() -> str:
    """The pipeline of this repository."""
    return JENKINSFILE.read_text()


@pytest.fixture(scope="session")
def run(runner: Runner, jenkinsfile: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the pipeline of this repository on a site; the same site twice is the same build, which nobody changes."""
    builds: dict[str, Build] = {}

    def once(given: Given) -> Build:
        if repr(given) not in builds:
            builds[repr(given)] = runner.run(given.scenario(jenkinsfile), tmp_path_factory.mktemp("build"))
        return builds[repr(given)]

    return once
