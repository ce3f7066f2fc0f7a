"""python -m benchmarks.image: size by layer, build time cold and after a change of one line, start-up time."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks import stand
from benchmarks.image import build, start, table
from benchmarks.image.table import Layer, Measured
from testkit import containers, images, leaks
from testkit.containers import Run

_CONDITIONS = """
Base: {base}. The cold build fetches what it installs; the others find the layers below the code in the builder's cache.
A start is measured from `docker run` of a hardened container (read-only root, no capabilities) to /healthz/ready = 200.
"""


def main() -> None:
    options = _options()
    stand.leave_cleanly()
    base = images.resolve("PYTHON_IMAGE", build.ROOT)
    run = Run("strata.run", containers.new_id())
    with leaks.gate(run), build.checkout() as checkout:
        measured = _measure(checkout, base, run, options)
    sys.stdout.write(f"{table.markdown(measured)}\n{_CONDITIONS.format(base=base)}")
    if options.json:
        options.json.write_text(json.dumps(table.as_data(measured), indent=1) + "\n")


def _measure(checkout: build.Checkout, base: str, run: Run, options: Namespace) -> Measured:
    stand.progress("building cold")
    cold = checkout.build(cold=True)
    rebuilds = []
    for number in range(1, options.rounds + 1):
        checkout.change_a_line(number)
        rebuilds.append(checkout.build(cold=False))
        stand.progress(f"build {number}/{options.rounds} after a change: {rebuilds[-1]:.1f} s")
    starts = []
    with start.migrated(checkout.tag, run) as volume:
        for number in range(1, options.rounds + 1):
            starts.append(start.seconds_to_ready(checkout.tag, run, volume))
            stand.progress(f"start {number}/{options.rounds}: {starts[-1]:.2f} s")
    return Measured(_layers(checkout.tag, base), cold, rebuilds, starts)


def _layers(image: str, base: str) -> list[Layer]:
    """What takes space in the image, from the bottom up."""
    steps = [list(reversed(containers.engine().images.get(name).history())) for name in (image, base)]
    of_base = len(steps[1])
    return [
        Layer(step["CreatedBy"] or step["Comment"], step["Size"], ours=index >= of_base)
        for index, step in enumerate(steps[0])
        if step["Size"]
    ]


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.image", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of rebuilding and of starting (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


if __name__ == "__main__":
    main()
