"""Is each of Python, MySQL, Redis and Kubernetes the same line in every file that names it?"""

import re
from collections.abc import Iterator

import pytest

from tests.k8s.support.overlays import ROOT

# Whatever names a version of something that runs. The first file, where it says anything, is the one that is right.
FILES = (
    "images.env",
    "Dockerfile",
    "docker-compose*.yml",
    "Jenkinsfile",
    "Makefile",
    "deploy/**/*.yaml",
    "offline/**/*.py",
    "offline/**/*file*",
    "offline/**/go.mod",
    "terraform/**/*.tf",
    "terraform/**/*.tfvars",
    "testkit/kube/*.py",
    "tests/k8s/**/*.py",
)
# How it is written: the line is the group. Patch levels may differ.
SPELLINGS = {
    "Python": (r"\bpython:(\d+\.\d+)",),
    "MySQL": (r"\bmysql:(\d+\.\d+)", r"engine_version\s*=\s*\"(\d+\.\d+)\S*\" # MySQL"),
    "Redis": (r"\bredis:(\d+\.\d+)", r"engine_version\s*=\s*\"(\d+\.\d+)\S*\" # Redis"),
    "Kubernetes": (
        r"kindest/node:v(\d+\.\d+)",
        r"pod-security\.kubernetes\.io/\w+-version: v(\d+\.\d+)",
        r"\bk8s\.io/kubernetes v(\d+\.\d+)",
        r"\bcluster_version\s*=\s*\"(\d+\.\d+)",
        r"\"kubectl\": \"(\d+\.\d+)",
    ),
}


def named(spellings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every place that names a version, and the version's line."""
    for pattern in FILES:
        for file in sorted(path for path in ROOT.glob(pattern) if path.is_file()):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                for spelling in spellings:
                    for found in re.finditer(spelling, line):
                        yield f"{file.relative_to(ROOT)}:{number}", found[1]


@pytest.mark.parametrize("what", SPELLINGS)
def test_it_is_one_line(what: str) -> None:
    """Red: tests run on one version, and production on another."""
    places = list(named(SPELLINGS[what]))
    assert places, f"no file names a version of {what} in a way that this test knows: SPELLINGS"
    first, wanted = places[0]
    others = [f"{place} says {line}" for place, line in places if line != wanted]
    assert not others, f"{what} is {wanted} in {first}, but {'; '.join(others)}"
