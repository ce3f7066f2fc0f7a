"""A port of this machine that leads into the cluster, for as long as a `with` block lasts.

    with port_forward(kubectl, "svc/webapp", 8000) as port:
        requests.get(f"http://127.0.0.1:{port}/healthz/ready")

One process, which dies with this one, too. kubectl chooses the free port and says which: a port that is chosen before
may be somebody else's by then. The tunnel is there when kubectl listens; what is wrong with the target is its message.

It leads to one pod, also for a Service, and ends with it: for load during a roll-out go through the ingress.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from testkit import process
from testkit.kube.kubectl import Kubectl
from testkit.wait import NotYet, WaitTimeout, until

_LISTENS = re.compile(r"^Forwarding from 127\.0\.0\.1:(\d+) -> ", re.MULTILINE)


class PortForwardFailed(RuntimeError):
    """There is no tunnel; the message carries kubectl's reason."""


@contextmanager
def port_forward(kubectl: Kubectl, target: str, port: int | str, *, timeout: float = 20) -> Iterator[int]:
    """Open a tunnel, and give the port of 127.0.0.1.

    target: "svc/NAME", "deployment/NAME", "pod/NAME".
    port: of the Service or the pod, a number or a name.
    timeout: seconds until kubectl must listen.

    Raises PortForwardFailed.
    """
    command = kubectl.command("port-forward", "--address=127.0.0.1", target, f":{port}")
    with process.start(command, grace=2) as tunnel:

        def listens() -> int | NotYet:
            if tunnel.code is not None:
                raise PortForwardFailed(f"no tunnel to {target}, port {port}: kubectl ended; {tunnel.tail()}")
            found = _LISTENS.search(tunnel.output())
            return int(found[1]) if found else NotYet(tunnel.tail())

        try:
            local = until(listens, timeout, every=0.02, why=f"a tunnel to {target}, port {port}")
        except WaitTimeout as error:
            raise PortForwardFailed(str(error)) from None
        try:
            yield local
        except BaseException as error:
            if tunnel.code is not None:
                error.add_note(f"The tunnel to {target} had ended by then; {tunnel.tail()}")
            raise
