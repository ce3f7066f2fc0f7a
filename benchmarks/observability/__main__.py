"""python -m benchmarks.observability: what metrics and traces cost a redirect, traces at 10 %, measured with wrk."""

import json
import math
import sys
from contextlib import ExitStack
from functools import partial
from statistics import median

from benchmarks import stand
from benchmarks.observability import contenders
from benchmarks.observability.contenders import BARE, KINDS, LOST, MEASURED, OURS, SHARE, STOCK
from benchmarks.redirects import load, table
from benchmarks.redirects.__main__ import measure, prepare, start_all
from benchmarks.redirects.contenders import Running
from testkit import otlp, process, wait
from testkit.otlp import Receiver, Span

# Whose traces must arrive.
_ARRIVING = (OURS, STOCK)
# What is compared, and what is aimed at.
_COSTS = (
    ("metrics", MEASURED, BARE, 0.03),
    ("traces by the agent", OURS, MEASURED, 0.15),
    ("the same, its receiver away", LOST, MEASURED, None),
    ("traces by opentelemetry-instrument", STOCK, MEASURED, None),
)
# Seconds: the SDK sends every five.
_ARRIVED_WITHIN = 30

_CONDITIONS = """
Each on gunicorn with one worker of four threads, pinned to core {0}; wrk ({connections} connections), Redis and the
receiver of traces share core {1}. Medians of {rounds} interleaved rounds of {seconds} s each. Every answer and every
count was looked at. Of the requests {share:.0%} are sampled. Where rounds differ widely the machine was busy, and
the processor time is the better witness.
"""


def main() -> None:
    options, cores = prepare("benchmarks.observability", __doc__)
    with ExitStack() as stack:
        beside = ("taskset", "-c", str(cores[1]))
        receiver = stack.enter_context(otlp.receiving(process.free_port(), prefix=beside))
        running = start_all(stack, cores, KINDS, partial(contenders.start, cores=cores, receiver=receiver))
        measure(running, options)
        seen = _arrived(running, receiver)
    runs = {contender.kind.key: contender.runs for contender in running}
    conditions = _CONDITIONS.format(*cores, connections=load.CONNECTIONS, share=SHARE, **vars(options))
    sys.stdout.write(f"{table.markdown(runs, KINDS, MEASURED)}\n{conditions}\n{_costs(runs)}\n\n{_words(seen)}\n")
    if options.json:
        options.json.write_text(json.dumps(table.as_data(runs, KINDS, MEASURED), indent=1) + "\n")


def _arrived(running: list[Running], receiver: Receiver) -> dict[str, tuple[int, int, int]]:
    """Answers, their spans and these spans' children, by contender.

    Raises SystemExit when there are not as many spans as were sampled.
    """
    seen = {}
    for contender in running:
        if (key := contender.kind.key) in _ARRIVING:
            stand.progress(f"waiting for the spans of ({key})")
            roots, others = _all_of(contender, receiver)
            seen[key] = contender.answered, roots, others
    return seen


def _all_of(contender: Running, receiver: Receiver) -> tuple[int, int]:
    key, answered = contender.kind.key, contender.answered
    # Five standard deviations of so many throws, and what was on its way when wrk stopped listening.
    wanted, slack = answered * SHARE, 5 * math.sqrt(answered * SHARE * (1 - SHARE)) + contender.in_flight

    def probe() -> list[Span] | wait.NotYet:
        spans = [span for span in receiver.spans() if span.resource["service.name"] == key]
        roots = sum(span.kind == "SERVER" for span in spans)
        return spans if roots >= wanted - slack else wait.NotYet(f"{roots} of about {wanted:.0f}")

    try:
        spans = wait.until(probe, _ARRIVED_WITHIN, every=1, why=f"a tenth of the requests of ({key}) to have a span")
    except wait.WaitTimeout as error:
        raise SystemExit(str(error)) from None
    roots = sum(span.kind == "SERVER" for span in spans)
    if roots > wanted + slack:
        raise SystemExit(f"({key}) {roots} spans of {answered} requests arrived, where about {wanted:.0f} were wanted")
    return roots, len(spans) - roots


def _costs(runs: table.Runs) -> str:
    lines = [
        "| what | costs, of the requests a second | min–max of rounds | aim | more processor time a request |",
        "|---|--:|--:|--:|--:|",
    ]
    for what, key, base, aim in _COSTS:
        lost = [1 - ratio for ratio in table.ratios(runs, key, base)]
        wanted = f"at most {aim:.0%}" if aim else ""
        more = median(run.cpu / other.cpu - 1 for run, other in zip(runs[key], runs[base], strict=True))
        lines.append(f"| {what} | {median(lost):.1%} | {min(lost):.1%} to {max(lost):.1%} | {wanted} | {more:.1%} |")
    return "\n".join(lines)


def _words(seen: dict[str, tuple[int, int, int]]) -> str:
    return "\n".join(
        f"({key}) {roots:,} spans arrived for {answered:,} requests ({roots / answered:.1%}), {others:,} below them."
        for key, (answered, roots, others) in seen.items()
    )


if __name__ == "__main__":
    main()
