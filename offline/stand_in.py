"""Build an image that keeps an official image's contract, from Debian packages and Go modules.

A recipe is a folder `recipes/<name>` with a Dockerfile that starts `FROM ${BASE}`, the slim Debian that
`recipes/debian` makes, and may copy from the programs of `offline.parts`. Images are found again by a label with the
hash of their recipe, so a second run builds nothing, and a changed recipe is never mistaken for an old one.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from offline import parts
from offline.commands import run, run_visibly
from offline.docker import file_of, is_here, with_label

RECIPES = Path(__file__).parent / "recipes"
BOOTSTRAP = Path(__file__).parent.parent / "bootstrap"
# Debian 13 has Python 3.13 and Redis 8.0. MySQL's recipe says where it gets MySQL from. A Dockerfile asks for another
# release by `ARG SUITE=`.
SUITE = "trixie"
_OTHER_SUITE = re.compile(r"^ARG .*\bSUITE=(\w+)", re.MULTILINE)
RECIPE_LABEL = "strata.offline.recipe"
VERSION_LABEL = "org.opencontainers.image.version"
# Each recipe leaves the Debian version of what it stands for here.
VERSION_FILE = "/etc/stand-in-version"
CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


class CannotBuild(Exception):
    """A stand-in cannot be built here; the message says what is missing."""


class WrongLine(Exception):
    """The stand-in would be of another version line than the image it stands for."""


def has_recipe(name: str) -> bool:
    """Say whether `name` is an image that a stand-in can be built for."""
    return _dockerfile(name).is_file()


def _dockerfile(name: str) -> Path:
    return RECIPES / name / "Dockerfile"


def suite_of(name: str) -> str:
    """Return the Debian release that a recipe starts from."""
    other = _OTHER_SUITE.search(_dockerfile(name).read_text())
    return other[1] if other else SUITE


def recipe_hash(name: str) -> str:
    """Return the hash of everything that the recipe's image is made from: its base and its programs too."""
    programs = [parts.part_hash(part) for part in parts.parts_of(_dockerfile(name))]
    return parts.hash_of(suite_of(name), *programs, folders=[RECIPES / "debian", RECIPES / name], root=RECIPES)


def base_hash(suite: str) -> str:
    """Return the hash of what a release's root file system is made by."""
    return parts.hash_of(suite, folders=[RECIPES / "debian"], root=RECIPES)


def check_line(pinned: str, built: str) -> None:
    """Refuse a stand-in whose version differs from the pin's in more than the patch level.

    Args:
        pinned: the image reference in `images.env`, such as `mysql:9.7.2`.
        built: the version of the stand-in, such as `9.7.4`.

    Raises:
        WrongLine: major or minor differ. A pin without a version, such as a digest, is not compared.
    """
    wanted = re.search(r":v?(\d+\.\d+)", pinned.rsplit("/", 1)[-1])
    if wanted and wanted[1] != ".".join(built.split(".")[:2]):
        raise WrongLine(
            f"{pinned} is pinned and the stand-in is {built}: pin a {built.rsplit('.', 1)[0]} image in images.env."
        )


def upstream_version(debian_version: str) -> str:
    """Return the version without Debian's epoch and revision: `8.0.2` for `5:8.0.2-3+deb13u3`."""
    return debian_version.split(":", 1)[-1].split("-", 1)[0].split("+", 1)[0]


def stand_in(name: str, pinned: str, cache: Path) -> tuple[str, bool]:
    """Return a stand-in's tag, and whether it had to be built.

    Args:
        name: the recipe, such as `mysql`.
        pinned: the official image that it stands for.
        cache: where Debian's root file system is kept.

    Raises:
        CannotBuild: the machine lacks what a first build needs.
        WrongLine: Debian has another version line than the pinned one.
        CommandFailed: the build failed.
    """
    recipe = recipe_hash(name)
    known = with_label(f"strata-offline/{name}", RECIPE_LABEL, recipe)
    tag = known or _build(name, recipe, cache)
    check_line(pinned, tag.rsplit(":", 1)[-1].rsplit("-", 1)[0])
    return tag, known is None


def _build(name: str, recipe: str, cache: Path) -> str:
    if not Path("/etc/debian_version").exists():
        raise CannotBuild("stand-ins are built on Debian only: make an image registry reachable.")
    draft = f"strata-offline/{name}:building-{recipe}"
    programs = [f"--build-context={part}={parts.build(part, cache)}" for part in parts.parts_of(_dockerfile(name))]
    base = f"--build-arg=BASE={_base(suite_of(name), cache)}"
    with _machine_settings() as secrets:
        command = ["docker", "build", "--progress=plain", "--network=host", *secrets, *programs, base]
        folder = RECIPES / name
        # Twice, because the version is a label and is known only when the packages are in; the second is all cache.
        run_visibly(name, *command, "--tag", draft, folder)
        version = upstream_version(file_of(draft, VERSION_FILE))
        tag = f"strata-offline/{name}:{version}-{recipe}"
        labels = {RECIPE_LABEL: recipe, VERSION_LABEL: version}
        run(*command, *(f"--label={key}={value}" for key, value in labels.items()), "--tag", tag, folder)
    run("docker", "image", "rm", draft)
    return tag


def _base(suite: str, cache: Path) -> str:
    recipe = base_hash(suite)
    tag = f"strata-offline/debian:{suite}-{recipe}"
    if not is_here(tag):
        archive = cache / f"debian-{suite}-{recipe}.tar"
        if not archive.exists():
            _bootstrap(suite, archive)
        run("docker", "import", archive, tag)
    return tag


def _bootstrap(suite: str, archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid():
        raise CannotBuild("the first stand-in needs root, which debootstrap asks for: run `sudo make images` once.")
    run(BOOTSTRAP / "need", "debootstrap")
    print(f"debian: bootstrapping {suite}", flush=True)
    run(RECIPES / "debian" / "make-root", suite, run(BOOTSTRAP / "debian-mirror"), archive)


@contextmanager
def _machine_settings() -> Iterator[list[str]]:
    """Give builds the machine's way to its Debian mirror: proxy, time checks, the CA of an intercepting proxy.

    Build secrets reach one RUN and stay in no layer, so that nothing of this machine is in the image.
    """
    kept = ("Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-Valid-Until", "Acquire::Check-Date")
    lines = [line for line in run("apt-config", "dump").splitlines() if line.startswith(kept)]
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as apt_conf:
        apt_conf.write("\n".join([*lines, 'Acquire::https::CAInfo "/run/secrets/ca";', ""]))
        apt_conf.flush()
        secrets = [f"--secret=id=apt_conf,src={apt_conf.name}"]
        if CA_BUNDLE.exists():
            secrets.append(f"--secret=id=ca,src={CA_BUNDLE}")
        yield secrets
