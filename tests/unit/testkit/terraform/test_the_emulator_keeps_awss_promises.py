"""Is put right what the emulator gets wrong, so that a client may ask twice, and several may ask at once?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from testkit.terraform import emulator


class Responses:
    """An operation that makes something each time it is asked."""

    made = 0

    def __init__(self, token: str | None) -> None:
        self._token = token

    def _get_param(self, _name: str) -> str | None:
        return self._token

    def create(self) -> int:
        type(self).made += 1
        return self.made


class Application:
    """Counts how many requests it answers at once."""

    inside = most = 0
    gate = threading.Event()

    def __call__(self, _environ: Any, _start_response: Any) -> list[bytes]:
        cls = type(self)
        cls.inside += 1
        cls.most = max(cls.most, cls.inside)
        self.gate.wait(0.02)
        cls.inside -= 1
        return []


def test_a_repeated_request_makes_nothing_new() -> None:
    """Red: an apply whose answer got lost fails, as what it has made exists already."""
    emulator._repeat(Responses, "create")
    answers = [Responses(token).create() for token in ("a", "a", "b", None, None)]
    assert answers == [1, 1, 2, 3, 4], f"a, a, b and twice none were answered {answers}"


def test_requests_are_answered_one_after_the_other() -> None:
    """Red: an apply fails now and then, as one thread changes what another one is reading."""
    emulator._one_at_a_time(Application)
    application = Application()
    with ThreadPoolExecutor(max_workers=4) as clients:
        list(clients.map(lambda _: application({}, None), range(4)))
    assert Application.most == 1, f"{Application.most} requests were answered at once"
