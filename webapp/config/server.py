"""Gunicorn's configuration: ``gunicorn -c python:config.server config.wsgi``.

On SIGTERM a worker first says "not ready" and goes on answering for DRAIN_SECONDS, so that load balancers can notice;
then it stops accepting and finishes what is in flight.
"""

import gc
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Any

# First of all, as PID 1 ignores what it has no handler for: gunicorn sets its own only when all else is loaded, and a
# container that is stopped before would wait for the SIGKILL at the end of its grace period. Not by sys.exit: whatever
# module is being imported at that moment may catch what it raises, and the start would go on.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


def _hold_sigterm() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _let_sigterm_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _end_by_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _let_sigterm_through()


# A worker is born with its parent's handler, which notes a signal for a loop that only the parent runs: a stop that
# comes before the worker has a handler of its own would be lost, and its pod would hang until it is killed. So the
# signal waits until the child dies of it.
os.register_at_fork(before=_hold_sigterm, after_in_parent=_let_sigterm_through, after_in_child=_end_by_sigterm)

# Before anything imports prometheus_client, which looks at it once. Every start has a folder of its own, or one that is
# emptied: what another run left there would be added to this one's sums.
_metrics_folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp(prefix="strata-metrics-"))
shutil.rmtree(_metrics_folder, ignore_errors=True)
_metrics_folder.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics_folder)

from gunicorn.workers.gthread import ThreadWorker  # noqa: E402
from prometheus_client import multiprocess  # noqa: E402

from config import settings  # noqa: E402  a wrong variable ends the start here, in one line, before any worker

# Seconds a request may take to finish after the drain.
_LAST_REQUESTS = 20

# Seconds that a new worker gives the stores to answer; a probe waits as long (ops/probe.py).
_FIRST_LOOK = 2.0


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's threaded worker, which keeps answering for a while after SIGTERM."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.booted:  # nothing to finish
            os._exit(0)  # raised inside a callback of the garbage collector, a SystemExit would be dropped
        from ops import health  # noqa: PLC0415  needs the app, which is loaded after this module

        if health.draining.is_set():
            return
        health.draining.set()
        # From here on every answer closes its connection, so that none is left open when accepting ends.
        self.max_keepalived = 0
        threading.Timer(settings.DRAIN_SECONDS, super().handle_exit, (sig, frame)).start()


# The app is imported once, before the workers are forked from it: a start takes half the processor time, the workers
# share that memory, and one that died is replaced at once. So no import may start a thread or open a connection.
preload_app = True
bind = [f"{settings.BIND_ADDRESS}:{settings.PORT}", f"{settings.BIND_ADDRESS}:{settings.METRICS_PORT}"]
worker_class = DrainingWorker
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
worker_connections = 1000
keepalive = 5
timeout = 30
graceful_timeout = int(settings.DRAIN_SECONDS) + _LAST_REQUESTS
# Heartbeats are file writes; on a disk that stalls they would kill healthy workers.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Its socket cannot be made on a read-only root, and nothing here uses it.
control_socket_disable = True
accesslog = None
logconfig_dict: dict[str, Any] = {
    **settings.LOGGING,
    "loggers": {"gunicorn.error": {"level": settings.LOG_LEVEL, "handlers": [], "propagate": True}},
}


def when_ready(_server: Any) -> None:
    """The last moment before the first fork."""
    # The import made this process's gauges, all zero, and it never serves: they would be the least of every "livemin".
    multiprocess.mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
    # A search for garbage writes to all that it visits, and each worker would soon have a copy of its own.
    gc.collect()
    gc.freeze()


def post_worker_init(_worker: Any) -> None:
    from ops import health, limits  # noqa: PLC0415  as above

    limits.announce()
    # Before it accepts: a pod whose first readiness probe fails waits for the next one. A store that hangs delays the
    # start by no more than this.
    health.observer.look_first(_FIRST_LOOK)


def child_exit(_server: Any, worker: Any) -> None:
    """What a dead worker counted stays; what it was (gauges) goes."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    shutil.rmtree(_metrics_folder, ignore_errors=True)
