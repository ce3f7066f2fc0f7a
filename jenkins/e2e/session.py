"""One build after the other, each as a controller would start it."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from jenkins.e2e.clone import ROOT, Clone
from jenkins.e2e.site import Site
from jenkins.e2e.stories import Ended, Story
from jenkins.e2e.watch import Row, Watch
from testkit import images
from testkit.load import steady_load
from testkit.pipeline.runner import Runner
from testkit.pipeline.scenario import Answer, Command, Scenario
from testkit.progress import Say
from testkit.report import table

_VERB = "make test-"
_VERBS = tuple(run.verb for run in table.read(ROOT / "docs" / "layers.toml").runs)
LAYERS = tuple(verb.removeprefix(_VERB) for verb in _VERBS)

# Visits a second: enough to meet each moment of a roll-out, and too few to be what slows the build down.
_VISITS = 10


@dataclass
class Session:
    """The builds of a run. reports: where their logs go. layers: those that run for real, where a story has any."""

    site: Site
    runner: Runner
    clone: Clone
    reports: Path
    layers: Sequence[str]
    say: Say
    commits: list[str] = field(default_factory=list)

    def build(self, story: Story) -> Row:
        """Make the story's commit, build it, and look at what has come of it."""
        if story.files:
            self.commits.append(self.clone.commit(f"e2e: {story.name}", story.files))
        commit, name = self.commits[-1], f"{story.number}-{story.name}"
        self.say(f"{name}: {commit[:12]} on {story.branch}")
        folder = self.site.scratch / name
        folder.mkdir()
        with (self.reports / f"{name}.log").open("w") as log, ExitStack() as stack:
            load = stack.enter_context(steady_load(self.site.link(), _VISITS, expect={302})) if story.visited else None
            before = self.site.version()
            told = Watch(log, self.say, self._left_out(story))
            build = self.runner.run(self._scenario(story, commit), folder, say=told.say, hear=told.hear)
        if build.archive.exists() and build.result != "SUCCESS":
            shutil.copytree(build.archive, self.reports / f"{name}-archive")
        # An image lies there as often as stages have carried it.
        shutil.rmtree(folder, ignore_errors=True)
        checks = list(story.checks(Ended(build, commit, before, self.site, load)))
        for check in checks:
            self.say(f"  {check}")
        if any(check.wrong for check in checks):
            self.say(f"  its log: {(self.reports / name).relative_to(ROOT)}.log")
        return Row(name, build.result, told.seconds, told.stages, checks)

    def forget_images(self) -> None:
        """Take the run's images off the machine; what was built stays in the builder's cache."""
        for commit in self.commits:
            images.forget(f"strata:{commit[:12]}")

    def _scenario(self, story: Story, commit: str) -> Scenario:
        return Scenario(
            (self.clone.folder / "Jenkinsfile").read_text(),
            environment={
                **self.site.environment,
                **(self.site.account.environment if story.plans else {}),
                "BRANCH_NAME": story.branch,
                "GIT_COMMIT": commit,
            },
            changes=story.changes,
            credentials=self.site.credentials if story.trusted else {},
            inputs={"Approve": Answer("alice", groups=["strata-approvers"])},
            scm=self.clone.folder,
            commands=[Command(verb, output="left out of this build\n") for verb in self._left_out(story)],
            others_real=True,
        )

    def _left_out(self, story: Story) -> list[str]:
        wanted = self.layers if story.layers else ()
        return [verb for verb in _VERBS if verb.removeprefix(_VERB) not in wanted]
