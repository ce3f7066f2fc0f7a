"""Lines for the person who waits: written past pytest's capture, at once.

    say = progress.of(request.config)
    say("building the image …")

A session fixture that takes half a minute looks like a hang without them. With `-q` nothing is written.
"""

from collections.abc import Callable

import pytest

Say = Callable[[str], None]


def of(config: pytest.Config) -> Say:
    """Return a function that writes one line to the terminal."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")

    def say(text: str) -> None:
        if reporter is None or capture is None or config.get_verbosity() < 0:
            return
        with capture.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(text)

    return say
