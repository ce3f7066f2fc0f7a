"""Groovy, the CPS transformer and the runner's own classes: fetched and compiled once a version.

    classpath.ready()   # "…/jars-4f1c…/groovy-all-2.4.21.jar:…:…/classes-90ab…"

Versions and checksums are in jars.json. Maven fetches the jars from wherever this machine's settings send it; a jar
with another checksum is refused. Everything lies beside the other tools in ~/.cache/strata, named by the hash of its
recipe, so a changed source is compiled anew and nothing is ever stale.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from testkit import process
from testkit.kube import tools

_HERE = Path(__file__).parent
_PINS = _HERE / "jars.json"
_SOURCES = _HERE / "groovy"

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
# Cold: Maven fetches its own plugins as well.
_FETCH_TIMEOUT = 300
_COMPILE_TIMEOUT = 120

# Starts in half the time, and is as fast for what takes seconds.
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m")

_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>runner</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>{}</dependencies>
</project>
"""
_DEPENDENCY = """
    <dependency><groupId>{0.group}</groupId><artifactId>{0.name}</artifactId><version>{0.version}</version></dependency>
"""


class NoRunner(LookupError):
    """The runner cannot be had on this machine; the message says why and what to do."""


@dataclass(frozen=True)
class Jar:
    """A jar on Maven Central."""

    group: str
    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}.jar"


def pins(file: Path = _PINS) -> list[Jar]:
    """Return the pinned jars."""
    return [Jar(**one) for one in json.loads(file.read_text())]


def ready() -> str:
    """Return the class path; what is missing is fetched and compiled. Raises NoRunner."""
    _need("java", "java -version")
    cache = tools.folder().parent / "pipeline"
    jars = _once(cache / f"jars-{_hash(_PINS)}", _fetch)
    sources = sorted(_SOURCES.glob("*.groovy"))
    libraries = ":".join(str(jars / one.file) for one in pins())
    classes = _once(cache / f"classes-{_hash(_PINS, *sources)}", lambda to: _compile(sources, libraries, to))
    return f"{classes}:{libraries}"


def verify(jars: list[Jar], folder: Path) -> None:
    """See that each jar is there and is the pinned one. Raises NoRunner."""
    for jar in jars:
        found = (
            hashlib.sha256((folder / jar.file).read_bytes()).hexdigest() if (folder / jar.file).exists() else "nothing"
        )
        if found != jar.sha256:
            raise NoRunner(f"{jar.file} was fetched with the checksum {found}; jars.json pins {jar.sha256}")


def _once(folder: Path, make: Callable[[Path], None]) -> Path:
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        make(scratch)
        # Whoever is first wins; what the other made is the same.
        if not folder.exists():
            scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _fetch(folder: Path) -> None:
    _need("mvn", "mvn --version")
    (folder / "pom.xml").write_text(_POM.format("".join(map(_DEPENDENCY.format, pins()))))
    command = ["mvn", "-q", "-B", "-ntp", "-f", str(folder / "pom.xml"), _PLUGIN, f"-DoutputDirectory={folder}"]
    _run([*command, "-DexcludeTransitive=true"], _FETCH_TIMEOUT, "Maven did not fetch the runner's jars")
    verify(pins(), folder)


def _compile(sources: list[Path], libraries: str, folder: Path) -> None:
    compiler = ["org.codehaus.groovy.tools.FileSystemCompiler", "-cp", libraries, "-d", str(folder)]
    command = [*JAVA, "-cp", libraries, *compiler, *map(str, sources)]
    _run(command, _COMPILE_TIMEOUT, "the runner's sources do not compile")


def _run(command: list[str], timeout: float, failed: str) -> None:
    done = process.run(command, timeout=timeout)
    if done.code:
        raise NoRunner(f"{failed}: code {done.code}\n{done.output}")


def _need(program: str, check: str) -> None:
    if shutil.which(program) is None:
        raise NoRunner(f"{program} is not on PATH, and the pipeline's runner needs it: `{check}` must work")


def _hash(*files: Path) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.name}\0{len(content := file.read_bytes())}\0".encode() + content)
    return total.hexdigest()[:12]


if __name__ == "__main__":
    try:
        print(ready())
    except (NoRunner, process.ProcessError) as error:
        sys.exit(f"classpath: {error}")
