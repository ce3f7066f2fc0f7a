"""What the tests of the runner itself share."""

from pathlib import Path

import pytest

from testkit import process


@pytest.fixture
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of one commit with one file."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "file").write_text("committed once\n")
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "--quiet"], ["add", "file"], [*who, "commit", "--quiet", "--message=one"]):
        done = process.run(["git", "-C", str(folder), *command], timeout=30)
        assert done.code == 0, done.output
    return folder
