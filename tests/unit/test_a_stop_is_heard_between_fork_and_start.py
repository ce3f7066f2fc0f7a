"""Does a worker hear SIGTERM from its birth on, before it has a handler of its own and while it loads the app?"""

import signal
import subprocess
import sys
from pathlib import Path

from tests.unit.support.children import WEBAPP, environment

# A parent with a handler like gunicorn's master, whose child gets the signal at the earliest moment that a program can
# choose: hooks run in the order of their registration, so this one comes before the server's.
AT_BIRTH = """
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

# The app is still being imported, and the signal finds the interpreter in a callback: what that raises is dropped.
IN_A_CALLBACK = """
import os, weakref
from config.server import DrainingWorker

class Loading(DrainingWorker):
    booted = False
    def __init__(self): pass

class Module: pass
module, worker = Module(), Loading()
hold = weakref.ref(module, lambda _: worker.handle_exit(15, None))
del module
os._exit(7)
"""


def test_a_worker_dies_of_a_sigterm_that_comes_with_its_birth(tmp_path: Path) -> None:
    """If red, a pod that is stopped while a worker starts hangs until its grace period is over, and is killed."""
    ran = _run(AT_BIRTH, tmp_path)
    assert ran.returncode == 0, ran.stderr
    code, held = ran.stdout.split()
    assert code != "7", "a worker dropped the SIGTERM that came between its fork and its own handler"
    assert int(code) == -signal.SIGTERM, f"the child ended with {code}, not by SIGTERM"
    assert held == "False", "the parent holds SIGTERM back after a fork: it could not be stopped any more"


def test_a_worker_ends_by_a_sigterm_that_comes_while_it_loads(tmp_path: Path) -> None:
    """If red, a stop during the start is lost now and then, by what the interpreter is doing at that moment."""
    ran = _run(IN_A_CALLBACK, tmp_path)
    assert ran.returncode == 0, (
        f"a worker that was stopped while it loads the app went on (code {ran.returncode}); {ran.stderr}"
    )


def _run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = environment(folder, f"sqlite:///{folder}/db.sqlite3")
    return subprocess.run(
        [sys.executable, "-c", program], cwd=WEBAPP, env=env, capture_output=True, text=True, timeout=60, check=False
    )
