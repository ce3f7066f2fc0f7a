"""The image's health checks. `python -m ops.probe` asks this container's own server whether it is ready;
`python -m ops.probe FILE` looks whether a loop has touched its heartbeat file lately.

The image has no curl, and needs none. Only the standard library is imported, so that frequent probes stay cheap.
"""

import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

# Seconds.
TIMEOUT = 2.0
HEARTBEAT_AGE = 60.0


def heartbeat(file: Path) -> int:
    """Returns 0 if the file was touched within HEARTBEAT_AGE; else prints why not and returns 1."""
    try:
        age = time.time() - file.stat().st_mtime
    except OSError as error:
        print(f"no heartbeat: {error}")
        return 1
    print(f"last heartbeat {age:.0f} s ago")
    return 0 if age <= HEARTBEAT_AGE else 1


def server() -> int:
    """Returns 0 if the server says that it is ready; else prints why not and returns 1."""
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=TIMEOUT)
    try:
        connection.request("GET", "/healthz/ready")
        answer = connection.getresponse()
        body = answer.read().decode()
    except (OSError, HTTPException) as error:
        print(f"no answer: {error}")
        return 1
    print(body)
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(heartbeat(Path(sys.argv[1])) if len(sys.argv) > 1 else server())
