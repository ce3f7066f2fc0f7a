"""Lines for the person who waits: written past pytest's capture, at once.

    say = progress.of(request.config)
    say("building the image …")

A session fixture that takes half a minute looks like a hang without them. With `-q` nothing is written.
"""

import sys
from collections.abc import Callable

import pytest

Say = Callable[[str], None]


def of(config: pytest.Config) -> Say:
    """Return a function that writes one line to the terminal; to standard error in a process of pytest-xdist."""
    # A process of pytest-xdist has a reporter as well, which writes to nobody.
    is_worker = hasattr(config, "workerinput")
    reporter = None if is_worker else config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")

    def say(text: str) -> None:
        if capture is None or config.get_verbosity() < 0:
            return
        with capture.global_and_fixture_disabled():
            if reporter is None:
                print(text, file=sys.stderr, flush=True)
            else:
                reporter.ensure_newline()
                reporter.write_line(text)

    return say
