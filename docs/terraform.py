"""Writes the tables of inputs and outputs into the READMEs of terraform/modules, from the modules' own declarations.

    python docs/terraform.py           # `make checks` calls it too
    python docs/terraform.py --check   # changes nothing; fails where a README is not what its module says

A table stands between two comments; what is around them is written by people.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from testkit import hcl  # noqa: E402  # as a program, this file knows only its own folder

MODULES = ROOT / "terraform" / "modules"
BEGIN = "<!-- inputs and outputs: written by docs/terraform.py, so change the module -->"
END = "<!-- end -->"


class NoDescription(ValueError):
    """A variable or an output does not say what it is, or a README has no place for the tables."""


def page(module: Path) -> str:
    """Return the whole README of a module. Raises NoDescription."""
    text = (module / "README.md").read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise NoDescription(f"{module.name}/README.md: wanted one line {BEGIN} and, below it, one line {END}")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables(module)}\n{END}{rest.partition(END)[2]}"


def tables(module: Path) -> str:
    """Return both tables of a module."""
    inputs = sorted(_inputs(module), key=lambda row: (row[2] != "required", row[0]))
    outputs = sorted(_outputs(module))
    taken = _table("Inputs", ("name", "type", "default", "description"), inputs)
    return taken + _table("Outputs", ("name", "description"), outputs)


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"\n## {title}\n", _row(heads), _row(tuple("---" for _ in heads)), *map(_row, rows)]
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _inputs(module: Path) -> Iterator[tuple[str, ...]]:
    for name, text, block in _blocks(module, "variable"):
        default = _value(text, block, "default")
        kind = _code(_value(text, block, "type") or "any")
        yield f"`{name}`", kind, "required" if default is None else _code(default), _description(module, text, block)


def _outputs(module: Path) -> Iterator[tuple[str, ...]]:
    for name, text, block in _blocks(module, "output"):
        yield f"`{name}`", _description(module, text, block)


def _blocks(module: Path, kind: str) -> Iterator[tuple[str, str, hcl.Item]]:
    for file in sorted(module.glob("*.tf")):
        text = file.read_text(encoding="utf-8")
        yield from ((one.names[1], text, one) for one in hcl.read(text) if one.names[0] == kind)


def _description(module: Path, text: str, block: hcl.Item) -> str:
    found = _value(text, block, "description")
    if not found:
        raise NoDescription(f"{module.name}: {' '.join(block.names)} has no description")
    return found.strip('"').replace('\\"', '"')


def _value(text: str, block: hcl.Item, name: str) -> str | None:
    found = hcl.attribute(block, name)
    return None if found is None else hcl.source(text, found)


# A default of many lines says more in the file than in a cell.
_LONGEST = 160


def _code(value: str) -> str:
    line = " ".join(hcl.COMMENT.sub("", value).split())
    return f"`{line}`" if len(line) <= _LONGEST else f"`{line.partition('{')[0].strip() or line[0]}…`, see variables.tf"


def main(arguments: list[str]) -> int:
    """Write the READMEs, or say whether they are what the modules say; return the exit code."""
    stale = 0
    for module in sorted(path for path in MODULES.iterdir() if path.is_dir()):
        target = module / "README.md"
        try:
            wanted = page(module)
        except (NoDescription, hcl.HclError) as error:
            print(f"docs/terraform.py: {error}", file=sys.stderr)
            return 1
        if target.read_text(encoding="utf-8") == wanted:
            continue
        if "--check" in arguments:
            print(f"{target.relative_to(ROOT)} is not what the module says: run `make checks`", file=sys.stderr)
            stale = 1
        else:
            target.write_text(wanted, encoding="utf-8")
            print(target.relative_to(ROOT))
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
