"""Is a machine without Java, or with a jar that is not the pinned one, told so?"""

from pathlib import Path

import pytest

from testkit.pipeline import classpath
from testkit.pipeline.__main__ import main
from testkit.pipeline.classpath import Jar, NoRunner


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No program at all, and nothing fetched yet."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.usefixtures("bare_machine")
def test_java_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Red: a fresh machine shows a traceback about a file called java."""
    assert main(["Jenkinsfile"]) == 1
    assert "java is not on PATH" in capsys.readouterr().err


@pytest.mark.usefixtures("bare_machine")
def test_maven_is_named(tmp_path: Path) -> None:
    """Red: the same, for Maven, which only the first run needs."""
    (tmp_path / "java").write_text("#!/bin/sh\n")
    (tmp_path / "java").chmod(0o755)
    with pytest.raises(NoRunner, match="mvn is not on PATH"):
        classpath.ready()
    assert not list((tmp_path / "cache/strata/pipeline").iterdir()), "a half-made folder is left"


@pytest.mark.parametrize("content", [b"another jar", None])
def test_a_jar_that_is_not_the_pinned_one_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Red: whoever can write to a mirror decides what the gates say."""
    jar = Jar("org.example", "groovy", "1", sha256="0" * 64)
    if content:
        (tmp_path / jar.file).write_bytes(content)
    with pytest.raises(NoRunner, match=r"groovy-1\.jar was fetched with the checksum .*jars\.json pins 0{64}"):
        classpath.verify([jar], tmp_path)


def test_every_pin_is_whole() -> None:
    """Red: a version was raised and its checksum forgotten, or the other way round."""
    for jar in classpath.pins():
        assert len(jar.sha256) == 64, f"{jar.file} has the checksum {jar.sha256}"
    assert len({jar.file for jar in classpath.pins()}) == len(classpath.pins()), "a jar is pinned twice"
