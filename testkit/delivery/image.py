"""Build the image once, and carry it: `image.tar` with `image.json` beside it, which says what must come out of it."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from testkit import images, process

FOLDER = Path(".strata", "image")
"""Where it lies between stages. Git ignores it, and so do the reports, which are archived."""

_TAR = "image.tar"
_ABOUT = "image.json"
_TIMEOUT = 600


class NotCarried(RuntimeError):
    """The image did not get from one place to the other as it was."""


@dataclass(frozen=True)
class Carried:
    """An image between two agents. `id` is its configuration's digest, `tag` is for people."""

    id: str
    tag: str
    revision: str


def build(source: Path, *, name: str, base: str, folder: Path, say: Callable[[str], None]) -> Carried:
    """Build the image of the commit that is checked out, and save it.

    name: what it is called; its tag is the commit.
    base: the build argument that takes its value from images.env.

    Raises BuildFailed, NoImage, NotCarried.
    """
    revision = command(["git", "-C", str(source), "rev-parse", "HEAD"]).strip()
    tag = f"{name}:{revision[:12]}"
    arguments = {base: images.resolve(base, source), "VERSION": revision[:12], "REVISION": revision}
    made = images.build(source, tag=tag, say=say, arguments=arguments, secrets=images.ca_secret())
    folder.mkdir(parents=True, exist_ok=True)
    command(["docker", "save", f"--output={folder / _TAR}", tag])
    carried = Carried(made, tag, revision)
    (folder / _ABOUT).write_text(json.dumps(asdict(carried), indent=2) + "\n")
    return carried


def about(folder: Path = FOLDER) -> Carried:
    """Return which image the folder carries. Raises NotCarried."""
    file = folder / _ABOUT
    if not file.exists():
        raise NotCarried(f"{file} is not there: build the image, or unstash it")
    return Carried(**json.loads(file.read_text()))


def load(folder: Path) -> Carried:
    """Give the image to this machine's engine, and see that it is the one that was built. Raises NotCarried."""
    carried = about(folder)
    command(["docker", "load", "--quiet", f"--input={folder / _TAR}"])
    found = images.identity(carried.tag)
    if found != carried.id:
        raise NotCarried(f"{folder / _TAR} holds {found}, and {carried.id} was built")
    return carried


def command(words: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command and return its output. Raises NotCarried."""
    done = process.run(words, timeout=_TIMEOUT, env=environment)
    if done.code:
        raise NotCarried(f"{' '.join(words)} ended with code {done.code}: {done.output.strip()}")
    return done.output


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        print(options.run(options).id)
    except (NotCarried, images.NoImage, images.BuildFailed, process.ProcessError) as error:
        print(f"image: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m testkit.delivery.image")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where the image lies; {FOLDER}")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("build", help="build and save it")
    one.add_argument("source", type=Path)
    one.add_argument("--name", required=True)
    one.add_argument("--base", required=True, metavar="VARIABLE", help="of images.env")
    one.set_defaults(
        run=lambda it: build(it.source, name=it.name, base=it.base, folder=it.folder, say=_say),
    )
    commands.add_parser("id", help="print its id").set_defaults(run=lambda it: about(it.folder))
    commands.add_parser("load", help="give it to this machine's engine").set_defaults(run=lambda it: load(it.folder))
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
