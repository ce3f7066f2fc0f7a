"""What can be held of the Dockerfile without building it: it works on Alpine and on Debian, and pulls nothing unasked.

The default base is Alpine's. Where no image registry answers it cannot be pulled, so what differs between the two is
run here with stand-ins for their package managers, which write down what they are asked for.
"""

import json
import re
import shlex
from collections.abc import Mapping

import pytest
import yaml

from testkit import containers, images
from testkit.containers import Run
from testkit.faults.edits import dockerfile
from tests.container.support.names import ROOT

_SCRIPT = re.compile(r"<<'EOS' /usr/local/sbin/os-packages\n(.*?)\nEOS", re.DOTALL)

# Runs the script as each distribution and stage, in a container that is thrown away afterwards.
_TRIAL = r"""
set -u
mkdir -p /stub && export PATH="/stub:$PATH"
for name in apk apt-get; do
    printf '#!/bin/sh\necho "%s $*" >>/stub/asked\n' "$name" >"/stub/$name" && chmod 755 "/stub/$name"
done
rm -f /etc/os-release && printf '%s' "$SCRIPT" >/stub/os-packages
for distribution in alpine debian fedora; do
    for stage in build run; do
        echo "ID=$distribution" >/etc/os-release && : >/stub/asked
        said=$(sh /stub/os-packages "$stage" 2>&1); code=$?
        echo "== $distribution $stage $code"; echo "$said"; cat /stub/asked
    done
done
"""

Asked = Mapping[str, tuple[int, str]]


@pytest.fixture(scope="module")
def source() -> str:
    return (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def stages(source: str) -> list[list[tuple[str, str]]]:
    """The instructions of each stage, beginning with its FROM."""
    found: list[list[tuple[str, str]]] = []
    for keyword, text in dockerfile.parse(source):
        if keyword == "FROM":
            found.append([])
        if found:
            found[-1].append((keyword, text))
    return found


@pytest.fixture(scope="module")
def asked(source: str, run: Run) -> Asked:
    """Exit code, and what the script said and asked its package manager for, by distribution and stage."""
    script = _SCRIPT.search(source)
    assert script, "the here-document os-packages is not in the Dockerfile"
    base = images.resolve("PYTHON_IMAGE", ROOT)
    with containers.start(
        base, run=run, command=["sh", "-c", _TRIAL], env={"SCRIPT": script[1]}, network_mode="none"
    ) as trial:
        code = trial.sdk.wait(timeout=30)["StatusCode"]
        log = trial.logs()
    assert code == 0, f"the trial itself failed:\n{log}"
    parts = (part.partition("\n") for part in log.split("== ")[1:])
    return {head.rpartition(" ")[0]: (int(head.rpartition(" ")[2]), text) for head, _, text in parts}


@pytest.mark.parametrize(
    ("place", "packages"),
    [
        ("alpine build", {"gcc", "musl-dev", "mariadb-connector-c-dev", "pkgconf"}),
        ("alpine run", {"mariadb-connector-c", "tzdata", "ca-certificates"}),
        ("debian build", {"gcc", "libc6-dev", "libmariadb-dev", "pkg-config"}),
        ("debian run", {"libmariadb3", "tzdata", "ca-certificates"}),
    ],
)
def test_each_base_gets_its_packages(asked: Asked, place: str, packages: set[str]) -> None:
    """Red: the image builds on the base that this machine happens to have, and on no other."""
    code, said = asked[place]
    assert code == 0, f"os-packages fails on {place}:\n{said}"
    words = set(said.split())
    assert packages <= words, f"os-packages on {place} does not ask for {', '.join(sorted(packages - words))}:\n{said}"


@pytest.mark.parametrize("distribution", ["alpine", "debian"])
def test_the_final_stage_gets_no_compiler(asked: Asked, distribution: str) -> None:
    """Red: a compiler is in the image on the other base, where no test could look."""
    words = set(asked[f"{distribution} run"][1].split())
    extra = {word for word in words if re.search(r"^(gcc|g\+\+|make|build-base|build-essential)$|-dev$", word)}
    assert not extra, f"os-packages installs {', '.join(sorted(extra))} for running on {distribution}"


def test_alpine_keeps_no_package_index(asked: Asked) -> None:
    """Red: apk's index is in the image."""
    for stage in ("build", "run"):
        assert "--no-cache" in asked[f"alpine {stage}"][1].split(), f"apk add lacks --no-cache in {stage}:alpine"


def test_another_base_is_refused_in_one_sentence(asked: Asked) -> None:
    """Red: on an unknown base the build goes on without a driver, and fails where nobody looks."""
    code, said = asked["fedora run"]
    assert code != 0, "os-packages accepts a base that it has no packages for"
    assert "Alpine or Debian" in said, f"os-packages does not say which bases work:\n{said}"


def test_no_frontend_is_pulled(source: str) -> None:
    """Red: where no registry answers, the build fails at its first line."""
    assert not re.search(r"(?im)^#\s*syntax\s*=", source), "the Dockerfile has a `# syntax=` line, which pulls an image"


def test_every_stage_stands_on_the_one_base(stages: list[list[tuple[str, str]]]) -> None:
    """Red: another image is pulled, or build and run disagree about the C library."""
    names = {match[1] for stage in stages if (match := re.search(r"(?i)\sAS\s+(\S+)$", stage[0][1]))}
    bases = [stage[0][1].split()[1] for stage in stages]
    foreign = [base for base in bases if base not in names | {"${PYTHON_IMAGE}"}]
    assert not foreign, f"FROM {foreign[0]}: only ${{PYTHON_IMAGE}} and stages that stand on it may be used"
    copied = [text for stage in stages for keyword, text in stage if keyword == "COPY" and "--from=" in text]
    strange = [text for text in copied if re.search(r"--from=(\S+)", text)[1] not in names]  # type: ignore[index]
    assert not strange, f"copies from an image that nothing pins: {strange}"


def test_the_final_stage_does_not_stand_on_the_compiler(stages: list[list[tuple[str, str]]]) -> None:
    """Red: compiler, headers and pip's leftovers are shipped."""
    by_name = {stage[0][1].split()[3]: stage for stage in stages if len(stage[0][1].split()) > 3}
    base = stages[-1][0][1].split()[1]
    seen: list[str] = []
    while base in by_name and base not in seen:
        seen.append(base)
        builds = [text for keyword, text in by_name[base] if keyword == "RUN" and "os-packages build" in text]
        assert not builds, f"the final stage stands on {' and '.join(seen)}, where a compiler is installed"
        base = by_name[base][0][1].split()[1]


def test_dependencies_are_pinned_by_hash_and_cached_apart_from_the_code(stages: list[list[tuple[str, str]]]) -> None:
    """Red: what is built tomorrow differs from what was tested; or each change of a line installs everything anew."""
    stage = next(stage for stage in stages if any("pip" in text and "install" in text for _, text in stage))
    texts = [text for _, text in stage]
    install = next(
        index for index, text in enumerate(texts) if "install" in text and "requirements" in text and "RUN" in text
    )
    assert "--require-hashes" in texts[install], "pip install lacks --require-hashes"
    early = [text for text in texts[:install] if text.startswith("COPY") and "requirements" not in text]
    assert not early, f"copied before pip install, so that each change of it installs everything anew: {early[0]}"


def test_the_default_base_is_the_pinned_one(stages: list[list[tuple[str, str]]], source: str) -> None:
    """Red: a bare `docker build` makes another image than the pipeline."""
    pinned = (
        images.resolve("PYTHON_IMAGE", ROOT, environment={}) if not (ROOT / ".env").exists() else _pin("PYTHON_IMAGE")
    )
    default = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", source, re.MULTILINE)
    assert default, "ARG PYTHON_IMAGE has no default"
    assert default[1] == pinned, f"the Dockerfile's default base is {default[1]}, images.env pins {pinned}"
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["secrets"]["build"]["args"]
    assert f":-{pinned}}}" in compose["PYTHON_IMAGE"], f"docker-compose.yml has {compose['PYTHON_IMAGE']}, not {pinned}"


@pytest.mark.parametrize("keyword", ["CMD", "HEALTHCHECK"])
def test_commands_need_no_shell(stages: list[list[tuple[str, str]]], keyword: str) -> None:
    """Red: a shell is PID 1, which passes no signal on."""
    found = [text for name, text in stages[-1] if name == keyword]
    assert found, f"the final stage has no {keyword}"
    form = found[-1].partition("CMD ")[2].strip()
    assert form.startswith("["), f"{keyword} is in shell form: {found[-1]}"
    assert all(isinstance(word, str) for word in json.loads(form)), f"{keyword} is no JSON list of words: {form}"


def _pin(variable: str) -> str:
    """What images.env says, whatever this machine has instead."""
    lines = (ROOT / "images.env").read_text().splitlines()
    return next(shlex.split(line.partition("=")[2])[0] for line in lines if line.startswith(f"{variable}="))
