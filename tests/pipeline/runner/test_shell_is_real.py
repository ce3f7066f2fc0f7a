"""Does `sh` for real behave as on an agent: its exit code, its files, its end?"""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit import wait
from testkit.pipeline.build import Build, Event
from testkit.pipeline.runner import Runner
from testkit.pipeline.scenario import Command, Scenario


def build(runner: Runner, folder: Path, steps: str, **given: object) -> Build:
    """Run the steps of one stage with a real shell."""
    post = given.pop("post", "")
    text = f"pipeline {{ agent any; stages {{ stage('One') {{ steps {{ {steps} }}; {post} }} }} }}"
    return runner.run(Scenario(text, commands=None, **given), folder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("script", "result"),
    [("true", "SUCCESS"), ("exit 3", "FAILURE"), ("false; true", "FAILURE"), ("false || true", "SUCCESS")],
)
def test_the_exit_code_decides(runner: Runner, tmp_path: Path, script: str, result: str) -> None:
    """Red: a failing command is a success, or the other way round."""
    assert build(runner, tmp_path, f"sh '{script}'").result == result


def test_output_goes_to_the_log_or_to_the_caller(runner: Runner, tmp_path: Path) -> None:
    """Red: what a command answers is lost."""
    done = build(
        runner,
        tmp_path,
        "sh 'echo told'; script { echo \"got ${sh(script: 'echo wanted', returnStdout: true).trim()}\" }",
    )
    assert done.log.splitlines()[1:] == ["+ echo told", "told", "+ echo wanted", "got wanted"], done.log


def test_one_command_is_recorded_and_the_others_are_real(runner: Runner, tmp_path: Path) -> None:
    """Red: a run that leaves one layer out leaves all of them out, or runs the one that it was to leave out."""
    text = "pipeline { agent any; stages { stage('One') { steps { sh 'exit 7'; sh 'touch real' } } } }"
    given = Scenario(text, commands=[Command("exit 7", output="left out")], others_real=True)
    done = runner.run(given, tmp_path)
    assert done.result == "SUCCESS", f"`exit 7` was recorded as a success: {done}"
    assert "left out" in done.log, done.log
    assert (tmp_path / "workspaces/1/real").exists(), f"`touch real` did not run: {done.log}"


def test_events_are_told_as_they_happen(runner: Runner, tmp_path: Path) -> None:
    """Red: whoever waits for half an hour sees nothing until its end."""
    heard: list[str] = []
    wait_for_it = f"sh 'until [ -e {tmp_path}/go ]; do sleep 0.02; done'"
    limit = "options { timeout(time: 20, unit: 'SECONDS') }"
    text = f"pipeline {{ agent any; stages {{ stage('One') {{ {limit}; steps {{ {wait_for_it} }} }} }} }}"

    def hear(event: Event) -> None:
        heard.append(event["event"])
        if event["event"] == "start":
            (tmp_path / "go").touch()

    folder = tmp_path / "build"
    folder.mkdir()
    done = runner.run(Scenario(text, commands=None), folder, hear=hear)
    assert done.result == "SUCCESS", f"the stage's begin was told when it was over: {done}"
    assert heard == [one["event"] for one in done.history], "not every event was told"


def test_a_workspace_is_the_current_folder(runner: Runner, tmp_path: Path) -> None:
    """Red: files are written where no other step finds them."""
    done = build(runner, tmp_path, "sh 'mkdir -p a && echo x > a/b'; dir('a') { archiveArtifacts 'b' }")
    assert (done.archive / "b").read_text() == "x\n", str(done)


def test_variables_reach_the_command(runner: Runner, tmp_path: Path) -> None:
    """Red: a parameter is not there for the command that needs it."""
    done = build(runner, tmp_path, "withEnv(['B=two']) { sh 'echo $A $B' }", environment={"A": "one"})
    assert "one two" in done.log, done.log


def test_a_checkout_is_a_clone_of_the_commit(runner: Runner, tmp_path: Path, repository: Path) -> None:
    """Red: the build tests what lies around in somebody's folder."""
    (repository / "file").write_text("not committed")
    done = build(runner, tmp_path, "sh 'cat file'", scm=repository)
    assert "committed once" in done.log, done.log


def test_a_timeout_ends_the_command_and_its_children(runner: Runner, tmp_path: Path) -> None:
    """Red: a command that was given up goes on, and changes things under the next build."""
    done = build(runner, tmp_path, "timeout(time: 1, unit: 'SECONDS') { sh 'sleep 600 & echo $! > child; wait' }")
    assert (done.result, done.error) == ("ABORTED", "Timeout has been exceeded")
    _gone(tmp_path / "workspaces/1/child")


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """A shell starts what runs in its background deaf to SIGINT, and then there is nothing to try."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hears_ctrl_c")
def test_ctrl_c_lets_the_pipeline_clean_up(runner: Runner, tmp_path: Path) -> None:
    """Red: somebody stops the pipeline, and clusters, containers and processes stay."""
    child, cleaned = tmp_path / "workspaces/1/child", tmp_path / "cleaned"
    started = threading.Thread(target=lambda: _interrupt_when(child))
    started.start()
    with pytest.raises(KeyboardInterrupt):
        build(
            runner,
            tmp_path,
            "sh 'sleep 600 & echo $! > child; wait'",
            post=f"post {{ cleanup {{ sh 'touch {cleaned}' }} }}",
        )
    started.join()
    assert cleaned.exists(), "the post conditions did not run"
    _gone(child)


def _interrupt_when(file: Path) -> None:
    wait.until(lambda: file.exists() and file.read_text().endswith("\n"), 30, every=0.05, why=f"{file} to be written")
    os.kill(os.getpid(), signal.SIGINT)


def _gone(child: Path) -> None:
    pid = int(child.read_text())
    wait.until(
        lambda: not Path(f"/proc/{pid}").exists() or _is_dead(pid), 10, every=0.05, why=f"process {pid} to be gone"
    )


def _is_dead(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
