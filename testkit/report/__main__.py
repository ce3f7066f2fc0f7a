"""`python -m testkit.report TABLE`: write `reports/index.html` from what is in `reports/`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from testkit.junit import BrokenReport
from testkit.report import coverage, page, results, table, versions
from testkit.report.table import Table, TableError

FOLDER = "reports"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in the current folder and return its exit code."""
    options = _options(arguments)
    try:
        report = _report(table.read(options.table), Path.cwd(), options.since)
    except TableError as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    target = report.root / FOLDER / "index.html"
    target.parent.mkdir(exist_ok=True)
    target.write_text(page.render(report), encoding="utf-8")
    print(f"{FOLDER}/index.html: {page.summary(report)}")
    problems = [*(each.why for each in report.results if each.why), *report.problems]
    for problem in problems:
        print(f"report: {problem}", file=sys.stderr)
    return 2 if problems else 0


def _report(told: Table, root: Path, since: float) -> page.Report:
    folder = root / FOLDER
    covered, problems = None, []
    try:
        covered = coverage.percent(folder / told.coverage, since) if told.coverage else None
    except BrokenReport as error:
        problems.append(str(error))
    return page.Report(
        told.title,
        results.collect(told.runs, folder, since),
        root,
        datetime.now(UTC),
        covered,
        versions.commit(root),
        versions.collect(told, root),
        sorted(file.relative_to(folder) for pattern in told.more for file in folder.glob(pattern)),
        problems,
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m testkit.report", description="One page over all layers' results")
    parser.add_argument("table", type=Path, help="which layers there are, as TOML; see testkit/report/__init__.py")
    parser.add_argument(
        "--since", type=float, default=0, metavar="SECONDS", help="older files (Unix time) do not count"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
