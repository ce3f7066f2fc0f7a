#!/usr/bin/env python3
"""Django's command line, with Strata's settings."""

import os
import signal
import sys

# As PID 1 of a container it would otherwise ignore SIGTERM, and be killed at the end of the grace period.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

from django.core.management import execute_from_command_line  # noqa: E402  takes half a second

from ops import jobs  # noqa: E402

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with jobs.reported("".join(sys.argv[1:2])):
        execute_from_command_line(sys.argv)
