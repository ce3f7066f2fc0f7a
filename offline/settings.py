"""Read the pins of `images.env` and write the choice to `.env`.

Both are in the format that Compose reads: `NAME=value` lines, comments on lines of their own.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_PIN = re.compile(r"(?P<variable>[A-Z][A-Z0-9_]*_IMAGE)=(?P<image>\S+)")


class BadSettings(Exception):
    """A settings file says something that cannot be used; the message is one sentence for the person who wrote it."""


def read_pins(file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the image reference that each variable of the file pins.

    Args:
        file: the file of pins.
        environment: a variable that is set here wins over the file.

    Returns:
        Image references by variable name, in the file's order.

    Raises:
        BadSettings: a line is neither a comment nor a pin, or an image has no tag and no digest.
    """
    pins = {}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = _PIN.fullmatch(line.strip())
        if pin is None:
            raise BadSettings(f"{file.name}:{number}: '{line}' is not a pin: write NAME_IMAGE=repository:tag.")
        variable = pin["variable"]
        pins[variable] = _pinned(environment.get(variable) or pin["image"], variable)
    return pins


def only(names: Sequence[str], pins: Mapping[str, str]) -> dict[str, str]:
    """Return the pins with these names, `MYSQL` for `MYSQL_IMAGE`; all of them when no name is given.

    Raises:
        BadSettings: a name has no pin.
    """
    wanted = [f"{name}_IMAGE" for name in names] or list(pins)
    for variable in wanted:
        if variable not in pins:
            known = " ".join(pin.removesuffix("_IMAGE") for pin in pins)
            raise BadSettings(f"images.env has no {variable}: name some of {known}.")
    return {variable: pins[variable] for variable in wanted}


def _pinned(image: str, variable: str) -> str:
    name = image.rsplit("/", maxsplit=1)[-1]
    if (":" not in name and "@" not in name) or name.endswith(":latest"):
        raise BadSettings(
            f"{variable}={image} moves with time: name a version, such as {name.partition(':')[0]}:1.2.3."
        )
    return image


def write_choice(file: Path, choice: Mapping[str, str]) -> bool:
    """Set variables in a dotenv file and leave every other line as it is.

    Args:
        file: the dotenv file; it is made when missing.
        choice: values by variable name.

    Returns:
        Whether the file changed. An unchanged file is not touched, so that Make does not rebuild what depends on it.
    """
    before = file.read_text() if file.exists() else ""
    lines = [line for line in before.splitlines() if line.split("=", 1)[0].strip() not in choice]
    lines += [f"{variable}={value}" for variable, value in choice.items()]
    after = "\n".join(lines) + "\n"
    if after == before:
        return False
    draft = file.with_name(file.name + ".part")
    draft.write_text(after)
    draft.replace(file)
    return True
