"""Errors that pass by themselves, as data: what, why it passes, and where that is written down.

`wait.until` goes on after these and stops at once on any other, so that a typo in a test costs no time-out.
Errors are named by their dotted path, which keeps the libraries that define them unimported.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Retryable:
    """One error worth another try.

    error: dotted path of the exception class; its subclasses count too.
    pattern: regular expression that must be found in the error's text; the empty one fits all.
    reason: why the error goes away by itself.
    link: where that behaviour is documented.
    """

    error: str
    pattern: str
    reason: str
    link: str

    def fits(self, error: BaseException) -> bool:
        names = {f"{cls.__module__}.{cls.__qualname__}" for cls in type(error).__mro__}
        return self.error in names and re.search(self.pattern, str(error)) is not None


RETRYABLE: tuple[Retryable, ...] = (
    Retryable(
        "builtins.ConnectionRefusedError",
        "",
        "nothing listens on the port yet",
        "https://man7.org/linux/man-pages/man2/connect.2.html",
    ),
    Retryable(
        "builtins.ConnectionResetError",
        "",
        "the peer closed the connection while it was starting or restarting",
        "https://docs.python.org/3/library/exceptions.html#ConnectionResetError",
    ),
    Retryable(
        # Only these texts: the same class also carries a name that does not resolve, which seldom heals.
        "requests.exceptions.ConnectionError",
        "Connection refused|Connection reset|Connection aborted|RemoteDisconnected",
        "the server is starting or restarting",
        "https://requests.readthedocs.io/en/latest/user/quickstart/#errors-and-exceptions",
    ),
    Retryable(
        "requests.exceptions.Timeout",
        "",
        "the server accepts connections before it can answer",
        "https://requests.readthedocs.io/en/latest/user/advanced/#timeouts",
    ),
)


def find(error: BaseException, known: Sequence[Retryable] = RETRYABLE) -> Retryable | None:
    """Return the first entry of `known` that fits `error`, or None."""
    return next((entry for entry in known if entry.fits(error)), None)
