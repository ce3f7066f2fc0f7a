"""python -m benchmarks.plan_checks: the same questions about a plan, asked with Terratest and with this suite."""

import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from benchmarks import stand
from benchmarks.plan_checks import mistakes, table
from benchmarks.plan_checks.contenders import Answer, Contender, NotToBeHad, Suite, Terratest, processors
from benchmarks.plan_checks.mistakes import Tree
from benchmarks.plan_checks.table import Measured
from testkit.faults.catalogue import Entry
from testkit.terraform import NoTerraform, TerraformFailed
from testkit.terraform.working import prepare

_CONDITIONS = """
Both init, plan and show the same root module, once a run, and ask the same {questions} questions. Seconds on the clock,
and of processors; medians of {rounds} rounds, in turn. Cold is the first run, with nothing compiled, of what is
downloaded already.
"""


def main() -> None:
    options = _options()
    stand.leave_cleanly()
    with tempfile.TemporaryDirectory(prefix="strata-plan-checks-") as top:
        tree = Tree(Path(top, "tree"))
        tree.lay()
        contenders = _contenders(Path(top), tree)
        bare = [_terraform_alone(Path(top, f"alone-{number}"), tree) for number in range(options.rounds)]
        known = mistakes.known()
        measured = [_cold(one) for one in contenders]
        _rounds(contenders, measured, options.rounds)
        _mistaken(contenders, measured, tree, known)
    (questions,) = {one.questions for one in contenders}  # or they are not asked the same
    sys.stdout.write(
        f"{table.times(measured, bare)}\n{_CONDITIONS.format(rounds=options.rounds, questions=questions)}\n"
    )
    sys.stdout.write(f"{table.messages(measured, known)}\n")


def _contenders(top: Path, tree: Tree) -> list[Contender]:
    """This suite, and Terratest where it can be had."""
    suite = Suite(top / "suite", tree.folder)
    terratest = Terratest(top / "terratest", tree.folder)
    try:
        stand.progress("fetching Terratest")
        terratest.fetch()
    except NotToBeHad as error:
        sys.stdout.write(f"Terratest is not measured, as it cannot be had here: {error}\n\n")
        return [suite]
    return [terratest, suite]


def _terraform_alone(scratch: Path, tree: Tree) -> Answer:
    """What nobody can save: init, plan and show. Raises SystemExit where that cannot be."""
    begin, before = time.monotonic(), processors()
    try:
        prepare(tree.folder, str(mistakes.NETWORK), scratch).plan()
    except (NoTerraform, TerraformFailed) as error:
        raise SystemExit(f"nothing can be planned here: {error}") from None
    return Answer(time.monotonic() - begin, processors() - before, {})


def _cold(contender: Contender) -> Measured:
    contender.forget()
    answer = contender.ask()
    if answer.failures:
        raise SystemExit(f"{contender.title} finds mistakes in sound code:\n{table.joined(answer.failures)}")
    stand.progress(f"{contender.title}: cold {answer.seconds:.1f} s")
    return Measured(contender.title, contender.lines, answer)


def _rounds(contenders: Sequence[Contender], measured: Sequence[Measured], rounds: int) -> None:
    for number in range(1, rounds + 1):
        for contender, one in zip(contenders, measured, strict=True):
            one.warm.append(contender.ask())
            contender.change_a_line(number)
            one.changed.append(contender.ask())
            warm, changed = one.warm[-1].seconds, one.changed[-1].seconds
            stand.progress(f"round {number}/{rounds} {one.title}: {warm:.1f} s, changed {changed:.1f} s")


def _mistaken(
    contenders: Sequence[Contender], measured: Sequence[Measured], tree: Tree, known: Sequence[Entry]
) -> None:
    for mistake in known:
        with tree.broken_by(mistake):
            for contender, one in zip(contenders, measured, strict=True):
                one.messages[mistake.id] = table.joined(contender.ask().failures)
        stand.progress(f"asked about {mistake.id}")


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.plan_checks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


if __name__ == "__main__":
    main()
