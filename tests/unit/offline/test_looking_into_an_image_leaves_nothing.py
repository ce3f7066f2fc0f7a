"""Does a look into an image leave a container, or a volume that the image declares?"""

from pathlib import Path

import pytest

from offline import docker

# An engine that writes down what it is asked, and has one file to give.
ENGINE = """\
#!/bin/sh
echo "$@" >>"$0.calls"
case "$1" in create) echo made;; cp) echo 9.7.4 >"$4";; esac
"""


def test_the_container_goes_with_its_volumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red: each stand-in that is built leaves an unnamed volume, and nobody knows whose it is."""
    engine = tmp_path / "docker"
    engine.write_text(ENGINE)
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert docker.file_of("mysql:draft", "/version") == "9.7.4"
    last = engine.with_name("docker.calls").read_text().splitlines()[-1]
    assert last.split() == ["rm", "--volumes", "made"], f"the container and its volumes stay; the last call was: {last}"
