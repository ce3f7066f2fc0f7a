"""`python3 -m offline [NAME…]`: see the package."""

import argparse
import functools
import os
import sys
import time
from pathlib import Path

from offline.commands import CommandFailed, end_in_order
from offline.docker import NoSuchImage, RegistrySilent, check_engine, is_here, pull
from offline.settings import BadSettings, only, read_pins, write_choice
from offline.stand_in import CA_BUNDLE, CannotBuild, WrongLine, has_recipe, stand_in

ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "strata"


@functools.cache
def _say_once(reason: str) -> None:
    """Print why there are stand-ins; the reason is the same for every image of a registry."""
    print(reason, flush=True)


def choose(variable: str, pinned: str) -> tuple[str, str]:
    """Return the image to use for a variable of `images.env`, and in a few words where it comes from."""
    if is_here(pinned):
        return pinned, "is here"
    try:
        pull(pinned, CACHE)
    except RegistrySilent as silent:
        _say_once(str(silent))
        name = variable.removesuffix("_IMAGE").lower().replace("_", "-")
        if not has_recipe(name):
            raise CannotBuild(f"{pinned} cannot be pulled, and offline/recipes has none for {name}.") from silent
        tag, is_new = stand_in(name, pinned, CACHE)
        return tag, f"{'built' if is_new else 'built before'}, stands in for {pinned}"
    return pinned, "pulled"


def names() -> list[str]:
    """Return the names that the command line asks for."""
    parser = argparse.ArgumentParser(
        "python3 -m offline", description="Choose this machine's images; see offline/README.md."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="MYSQL for MYSQL_IMAGE; all of images.env by default")
    return list(parser.parse_args().names)


def main() -> int:
    """Choose an image for every pin asked for, print each choice and its time, and write them to `.env`."""
    wanted = names()
    end_in_order()
    try:
        check_engine()
        choice = {}
        for variable, pinned in only(wanted, read_pins(ROOT / "images.env", os.environ)).items():
            start = time.monotonic()
            choice[variable], origin = choose(variable, pinned)
            print(f"{variable}={choice[variable]} ({time.monotonic() - start:.1f} s, {origin})", flush=True)
        if CA_BUNDLE.exists():
            # A company's proxy may sign what the app's build fetches: Compose hands this to it as a secret.
            choice["CA_BUNDLE"] = os.environ.get("CA_BUNDLE", str(CA_BUNDLE))
        if write_choice(ROOT / ".env", choice):
            print("written to .env")
    except (BadSettings, CannotBuild, CommandFailed, NoSuchImage, WrongLine) as error:
        print(f"images: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
