"""The stack makes its secrets itself: is there none in any file that Compose reads?"""

import re

from tests.container.compose.files import CI, MAIN, Rendered
from tests.container.support.names import ROOT

_SECRET_NAME = re.compile(r"(?i)(password|passwd|secret|token|key|credential)")
_PASSWORD_IN_URL = re.compile(r"://[^\s/:@]*:[^\s/@]+@")


def test_no_compose_file_has_a_secret(watched: Rendered) -> None:
    """Red: the password of every stack that was started from this repository is on its web page."""
    for name, service in watched["services"].items():
        for variable, value in (service.get("environment") or {}).items():
            by_file = variable.endswith("_FILE") and str(value).startswith("/secrets/")
            assert by_file or not _SECRET_NAME.search(variable), (
                f"services.{name}.environment.{variable} holds a secret; it must come from a file, as {variable}_FILE"
            )
            assert not _PASSWORD_IN_URL.search(str(value)), f"services.{name}.environment.{variable} has a password"
    for file in (MAIN, CI, "images.env"):
        lines = (ROOT / file).read_text().splitlines()
        found = [number for number, line in enumerate(lines, 1) if _PASSWORD_IN_URL.search(line)]
        assert not found, f"{file}:{found[0]} has an address with a password in it"
