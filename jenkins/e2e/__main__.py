"""`python -m jenkins.e2e`: the pipeline end to end. Exit codes: 0 all holds; 1 something does not; 130 interrupted."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from jenkins.e2e import watch
from jenkins.e2e.clone import ROOT, Clone, GitFailed, changed
from jenkins.e2e.session import LAYERS, Session
from jenkins.e2e.site import running
from jenkins.e2e.stories import stories
from jenkins.e2e.watch import Row
from testkit import containers, images, leaks, process
from testkit.containers import Run
from testkit.kube.cluster import ClusterFailed
from testkit.kube.kubectl import KubectlFailed
from testkit.kube.registry import PushFailed
from testkit.pipeline.classpath import NoRunner
from testkit.pipeline.runner import Runner

REPORTS = ROOT / "reports" / "e2e"

_EXPECTED = (
    ClusterFailed,
    GitFailed,
    KubectlFailed,
    NoRunner,
    PushFailed,
    containers.EngineMissing,
    images.NoImage,
    leaks.Leaked,
    process.ProcessError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    _be_stoppable()
    _forget_the_caller()
    begun = time.monotonic()
    rows: list[Row] = []
    try:
        _run(options, rows)
    except KeyboardInterrupt:
        _say(f"interrupted after {time.monotonic() - begun:.0f} s; all that was made is removed")
        return 130
    except _EXPECTED as error:
        print(f"e2e: {error}", file=sys.stderr)
        return 1
    finally:
        if rows:
            watch.keep(REPORTS, rows)
            print(f"\n{watch.table(rows)}", flush=True)
    good = all(row.good for row in rows)
    _say(f"{'all of it holds' if good else 'something does not hold'}, after {time.monotonic() - begun:.0f} s")
    return 0 if good else 1


def _run(options: argparse.Namespace, rows: list[Row]) -> None:
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    if left := changed(ROOT):
        _say(f"HEAD is built, without {len(left)} changes of the working tree: {', '.join(left[:3])} …")
    run = Run("strata.e2e", containers.new_id())
    with ExitStack() as stack:
        try:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-e2e-")))
            stack.enter_context(leaks.gate(run, also=[f"io.x-k8s.kind.cluster={options.name}"]))
            site = stack.enter_context(running(options.name, options.http_port, run=run, scratch=scratch, say=_say))
            runner = stack.enter_context(Runner.start())
            session = Session(site, runner, Clone(ROOT, scratch / "repository"), REPORTS, options.layers, _say)
            stack.callback(session.forget_images)
            for story in stories(site):
                rows.append(session.build(story))
                if not rows[-1].good:
                    break
        finally:
            _finish_in_peace()


def _be_stoppable() -> None:
    """Take Ctrl-C although a shell has started us in its background, and a cancelled job as Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def _finish_in_peace() -> None:
    """Let nothing come between an end and the removal of what was made."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _say("removing what was made; a minute more"))


def _forget_the_caller() -> None:
    """Be an agent, and not what `make` or pytest has started: their variables are for their own children."""
    for name in list(os.environ):
        if name.startswith(("MAKE", "MFLAGS", "PYTEST_", "COV_")) or name in {"APP_IMAGE", "IMAGE", "ENV", "ARGS"}:
            del os.environ[name]


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m jenkins.e2e", description="The pipeline end to end, on this machine")
    parser.add_argument("--name", default="e2e", help="of the cluster")
    parser.add_argument("--http-port", type=int, default=8090, help="of localhost, where the site is")
    parser.add_argument(
        "--layers",
        type=_layers,
        default=LAYERS,
        metavar="all|none|NAME,…",
        help="the test layers that the first build really runs",
    )
    return parser


def _layers(text: str) -> tuple[str, ...]:
    names = {"all": LAYERS, "none": ()}.get(text, tuple(text.split(",")))
    if unknown := set(names) - set(LAYERS):
        raise argparse.ArgumentTypeError(f"no layer is called {', '.join(sorted(unknown))}: {', '.join(LAYERS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
