"""Does a child that does not start tell its reader why?"""

import sys
from pathlib import Path

import pytest

from testkit import process, wait

PYTHON = [sys.executable, "-S", "-c"]


def test_a_missing_program_is_named() -> None:
    """Otherwise the reader sees errno 2 and looks for a missing file."""
    with pytest.raises(process.ProcessError, match="no-such-server is not installed, or not on PATH"):
        process.start(["no-such-server", "--port", "1"])


def test_one_that_ends_before_it_is_ready_shows_its_last_words() -> None:
    """Otherwise a port that is taken looks like a slow server, after the full time-out."""
    command = [*PYTHON, "print('port 8000 is taken'); raise SystemExit(3)"]

    with pytest.raises(process.ProcessError, match=r"(?s)ended with code 3 before it was ready.*port 8000 is taken"):
        process.start(command, ready=lambda: False, timeout=30)


def test_one_that_never_gets_ready_shows_its_last_words(tmp_path: Path) -> None:
    """Otherwise 'timed out' is all that is left of a server that had said what it was missing."""
    command = [*PYTHON, "print('waiting for the database', flush=True); import time; time.sleep(60)"]
    log = tmp_path / "log"

    def ready() -> bool:
        wait.until(log.read_text, 10, 0.01, "the child's first words")
        return False

    with pytest.raises(process.ProcessError, match=r"(?s)in vain.*waiting for the database"):
        process.start(command, ready=ready, timeout=0.1, output=log)


def test_the_message_carries_the_last_lines_only() -> None:
    """Otherwise a chatty server's log buries the line that matters."""
    done = [*PYTHON, "print(*range(1000), sep='\\n'); raise SystemExit(1)"]

    with pytest.raises(process.ProcessError) as raised:
        process.start(done, ready=lambda: False)

    message = str(raised.value)
    assert "999" in message, f"the last line is missing: {message}"
    assert "| 1\n" not in message, "the first lines are in the message"


def test_a_command_gives_its_code_and_both_outputs(tmp_path: Path) -> None:
    """Otherwise an error on stderr is lost, and with it the reason."""
    code = "import sys, os; print(os.getcwd(), flush=True); print('oh', file=sys.stderr); raise SystemExit(4)"

    done = process.run([*PYTHON, code], timeout=60, cwd=tmp_path, env={})

    assert done.code == 4, f"exit code {done.code}: {done.output}"
    assert done.output.splitlines() == [str(tmp_path), "oh"], f"stdout and stderr are not both in {done.output!r}"


def test_output_can_go_to_a_file(tmp_path: Path) -> None:
    """Otherwise there is no log to keep as evidence of a failed test."""
    log = tmp_path / "server.log"

    with process.start([*PYTHON, "print('ready')"], output=log) as child:
        child.wait(timeout=60)

    assert log.read_text() == "ready\n", f"the log has {log.read_text()!r}"


def test_a_free_port_is_free() -> None:
    """Otherwise two test runs on one machine get in each other's way."""
    command = [*PYTHON, "import socket, sys; socket.create_server(('127.0.0.1', int(sys.argv[1])))"]

    done = process.run([*command, str(process.free_port())], timeout=60)

    assert done.code == 0, f"the port was not free: {done.output}"
