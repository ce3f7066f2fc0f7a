"""`python -m testkit.faults`: try the fault catalogue, and score the tests by it.

Exit codes: 0 every fault is caught and every harmless edit left in peace; 1 not so; 2 the catalogue, the arguments or
the unchanged copy are at fault; 130 and 143 after Ctrl-C and SIGTERM.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from testkit.faults import catalogue, layers, report
from testkit.faults.catalogue import Entry
from testkit.faults.errors import CatalogueError
from testkit.faults.runner import BaselineError, Runner


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in the current folder and return its exit code."""
    options = _options(arguments)
    try:
        known = _layers(options.catalogue)
        entries = _selected(catalogue.load(options.catalogue, known), options)
        if options.list:
            _list(entries)
            return 0
        root = Path.cwd()
        runner = Runner(root, options.catalogue.resolve(), fresh=not options.resume, keep=options.keep, tell=_tell)
        results = runner.run(entries, known, options.jobs)
    except (CatalogueError, BaselineError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what is done is kept, and the same command goes on from here", file=sys.stderr)
        return 128 + signal.SIGINT
    for file, text in ((options.json, report.to_json(results)), (options.markdown, report.to_markdown(results))):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    _tell(f"{report.summary(results)}. Details: {options.markdown}")
    return 0 if all(each.good for each in results) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m testkit.faults", description="Would the tests notice?")
    parser.add_argument("--catalogue", type=Path, default=Path("faults"), help="folder of the catalogue (faults)")
    parser.add_argument("--layer", action="append", default=[], help="only this layer, or part of one; may be repeated")
    parser.add_argument("--id", action="append", default=[], help="only this entry; may be repeated")
    parser.add_argument("--kind", choices=catalogue.KINDS, help="only faults, or only harmless edits")
    parser.add_argument("--jobs", type=_positive, help="copies side by side at most; a layer may allow fewer")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", default=True, help="reuse what has not changed (the default)")
    again.add_argument("--fresh", action="store_false", dest="resume", help="try everything again")
    parser.add_argument("--json", type=Path, default=Path("reports/faults.json"), help="reports/faults.json")
    parser.add_argument("--markdown", type=Path, default=Path("reports/faults.md"), help="reports/faults.md")
    parser.add_argument("--list", action="store_true", help="show the entries and stop")
    parser.add_argument("--keep", action="store_true", help="leave the copies in .strata/faults/copies")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of jobs; give 1 or more")
    return int(text)


def _layers(folder: Path) -> dict[str, layers.Layer]:
    file = folder / layers.FILE
    return layers.load(catalogue.read_yaml(file) if file.is_file() else None)


def _selected(entries: list[Entry], options: argparse.Namespace) -> list[Entry]:
    for name, given, known in (
        ("--id", options.id, {entry.id for entry in entries}),
        ("--layer", options.layer, {name for entry in entries for name in _names(entry)}),
    ):
        if unknown := sorted(set(given) - known):
            raise CatalogueError(f"{name} {', '.join(unknown)}: the catalogue has only {', '.join(sorted(known))}")
    chosen = [
        entry
        for entry in entries
        if (not options.id or entry.id in options.id)
        and (not options.layer or _names(entry) & set(options.layer))
        and (not options.kind or entry.kind == options.kind)
    ]
    if not chosen:
        raise CatalogueError("no entry fits --id, --layer and --kind together")
    return chosen


def _names(entry: Entry) -> set[str]:
    """The layer, and the one that it is a part of: `container-image` is a part of `container`."""
    return {entry.layer, entry.layer.partition("-")[0]}


def _list(entries: list[Entry]) -> None:
    for entry in entries:
        _tell(f"{entry.id:<40} {entry.kind:<8} {entry.layer:<17} {entry.file}")


def _tell(line: str) -> None:
    print(line, flush=True)


def _end_in_order(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end_in_order)
    sys.exit(main())
