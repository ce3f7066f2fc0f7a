"""AWS on this machine, by moto, with what it gets wrong put right.

    with emulator.running(log) as address:       # http://127.0.0.1:PORT
        ...
    python -m testkit.terraform.emulator PORT    # the same in the foreground

It is a child process of its own, so that two runs share nothing. What cannot be put right from outside is a list of the
tests that use it.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from testkit import process

STARTS_WITHIN = 60.0
"""moto reads all of AWS's managed policies before it answers."""


@contextlib.contextmanager
def running(log: Path | None = None, account: str = "") -> Iterator[str]:
    """Start the emulator on loopback, and give its address.

    account: the number of the AWS account that it is; moto's own where not given.
    """
    port = process.free_port()
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with contextlib.suppress(requests.ConnectionError):
            # Asked for what only moto has: another program may have got the port.
            return requests.get(f"{address}/moto-api/data.json", timeout=5, proxies=_NO_PROXY).ok
        return False

    command = [sys.executable, "-m", "testkit.terraform.emulator", str(port)]
    env = {
        **os.environ,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        **({"MOTO_ACCOUNT_ID": account} if account else {}),
    }
    with process.start(command, ready=answers, timeout=STARTS_WITHIN, env=env, output=log):
        yield address


def serve(port: int) -> None:
    """Serve until the process ends."""
    # Imported here: moto takes a second, which whoever only wants to start the child need not pay.
    import moto.eks.models  # noqa: PLC0415
    from moto.ec2.responses.flow_logs import FlowLogs  # noqa: PLC0415
    from moto.eks.responses import EKSResponse  # noqa: PLC0415
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: PLC0415
    from moto.server import main as moto_server  # noqa: PLC0415

    # A node group that names no key pair has none; moto makes one up, and the next plan replaces the group.
    moto.eks.models.DEFAULT_REMOTE_ACCESS = None  # type: ignore[assignment]
    # What moto is told and forgets, so that the next plan replaces the cluster or changes the group.
    _remember(EKSResponse, "create_cluster", access_config="accessConfig", upgrade_policy="upgradePolicy")
    _remember(EKSResponse, "create_nodegroup", update_config="updateConfig")
    # A client that got no answer asks again, and has made one flow log, not two.
    _repeat(FlowLogs, "create_flow_logs")
    # Each request has a thread, and what they share has no lock.
    _one_at_a_time(DomainDispatcherApplication)
    moto_server(["--host", "127.0.0.1", "--port", str(port)])


def _one_at_a_time(application: Any) -> None:
    """Let a WSGI application answer one request after the other."""
    original, turn = application.__call__, threading.Lock()

    def answer(self: Any, environ: Any, start_response: Any) -> Any:
        with turn:
            return original(self, environ, start_response)

    application.__call__ = answer


def _repeat(responses: Any, operation: str) -> None:
    """Let an operation answer a ClientToken that it knows as it did before, which is what AWS promises of it."""
    original = getattr(responses, operation)
    answers: dict[str, Any] = {}

    def repeating(self: Any) -> Any:
        token = self._get_param("ClientToken")
        if not token:
            return original(self)
        if token not in answers:
            answers[token] = original(self)
        return answers[token]

    setattr(responses, operation, repeating)


def _remember(responses: Any, operation: str, **parameters: str) -> None:
    """Let an operation keep parameters of its request in what it creates, by attribute."""
    original = getattr(responses, operation)

    def remembering(self: Any) -> Any:
        answer = original(self)
        (created,) = answer.result.values()
        for attribute, parameter in parameters.items():
            setattr(created, attribute, self._get_param(parameter))
        return answer

    setattr(responses, operation, remembering)


_NO_PROXY = {"http": "", "https": ""}

if __name__ == "__main__":
    serve(int(sys.argv[1]))
