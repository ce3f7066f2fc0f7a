"""Does a worker hear SIGTERM in the moment after its fork, when it has no handler of its own yet?"""

import signal
import subprocess
import sys
from pathlib import Path

from tests.unit.support.children import WEBAPP, environment

# A parent with a handler like gunicorn's master, whose child gets the signal at the earliest moment that a program can
# choose: hooks run in the order of their registration, so this one comes before the server's.
PROGRAM = """
import os, signal
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))
import config.server
signal.signal(signal.SIGTERM, lambda *_: None)
child = os.fork()
if not child:
    os._exit(7)
_, status = os.waitpid(child, 0)
held = signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, [])
print(os.waitstatus_to_exitcode(status), held)
"""


def test_a_worker_dies_of_a_sigterm_that_comes_with_its_birth(tmp_path: Path) -> None:
    """If red, a pod that is stopped while a worker starts hangs until its grace period is over, and is killed."""
    env = environment(tmp_path, f"sqlite:///{tmp_path}/db.sqlite3")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=WEBAPP, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    code, held = ran.stdout.split()
    assert code != "7", "a worker dropped the SIGTERM that came between its fork and its own handler"
    assert int(code) == -signal.SIGTERM, f"the child ended with {code}, not by SIGTERM"
    assert held == "False", "the parent holds SIGTERM back after a fork: it could not be stopped any more"
