"""Does an edit of a Dockerfile change exactly one instruction, whatever it is continued by?"""

from typing import Any

import pytest

from testkit.faults.edits import dockerfile
from testkit.faults.errors import EditError

SOURCE = """\
ARG PYTHON_IMAGE=python:3.13-alpine
FROM ${PYTHON_IMAGE} AS build
# wheels
RUN --mount=type=cache,target=/root/.cache \\
    # needed once
    pip install \\

    --no-deps -r app.txt
COPY <<-EOF /etc/app.conf
\tUSER is not an instruction here
\tEOF
RUN <<ONE <<TWO
echo 1
ONE
echo 2
TWO
FROM ${PYTHON_IMAGE}
USER 10001
CMD ["gunicorn"]
"""


COPY = SOURCE[SOURCE.index("COPY") : SOURCE.index("RUN <<")]
TWO_HEREDOCS = SOURCE[SOURCE.index("RUN <<") : SOURCE.index("FROM ${PYTHON_IMAGE}\n")]


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ({"replace": {"instruction": "USER"}, "with": "USER root"}, "USER 10001", "USER root"),
        ({"delete": {"instruction": "USER"}}, "USER 10001\n", ""),
        ({"delete": {"instruction": "copy"}}, COPY, ""),
        ({"delete": {"contains": "pip install"}}, SOURCE[SOURCE.index("RUN --m") : SOURCE.index("COPY")], ""),
        ({"delete": {"contains": "echo 2"}}, TWO_HEREDOCS, ""),
        ({"replace": {"instruction": "FROM", "stage": "1"}, "with": "FROM x"}, "FROM ${PYTHON_IMAGE}\n", "FROM x\n"),
        ({"insert_after": {"instruction": "USER"}, "with": "ENV A=1\nENV B=2"}, "10001\n", "10001\nENV A=1\nENV B=2\n"),
        ({"append": "RUN last", "stage": "build"}, "TWO\nFROM", "TWO\nRUN last\nFROM"),
        ({"append": "HEALTHCHECK NONE"}, '["gunicorn"]\n', '["gunicorn"]\nHEALTHCHECK NONE\n'),
    ],
    ids=["replace", "delete", "heredoc", "continued", "two heredocs", "stage by number", "insert", "append to stage",
         "append to file"],
)  # fmt: skip
def test_it_changes_there_and_nowhere_else(edit: dict[str, Any], before: str, after: str) -> None:
    """Otherwise half an instruction stays behind, and the build is broken in place of the fault that was meant."""
    assert SOURCE.count(before) == 1, f"the test's own text {before!r} is not unique"

    result = dockerfile.apply(SOURCE, edit)

    assert result == SOURCE.replace(before, after), result
    dockerfile.parse(result)


def test_comments_mean_nothing() -> None:
    """Otherwise a changed comment passes as a fault, and its survival as a gap in the tests."""
    assert dockerfile.parse(SOURCE) == dockerfile.parse(SOURCE.replace("# wheels\n", "").replace("needed", "used"))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ({"instruction": "RUN"}, "fits 2 instructions"),
        ({"instruction": "RUN", "stage": "nope"}, "fits 0 instructions"),
        ({"contain": "x"}, "is no address"),
        ({}, "is no address"),
    ],
)
def test_it_refuses_to_guess(address: dict[str, str], reason: str) -> None:
    """Otherwise an edit lands somewhere, and its verdict is about something else."""
    with pytest.raises(EditError, match=reason):
        dockerfile.apply(SOURCE, {"delete": address})


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("FROM x\nRUM y\n", "line 2: RUM is no Dockerfile instruction"),
        ("FROM x\nRUN y \\\n", "line 2: the last line is continued"),
        ("FROM x\nRUN <<EOF\ny\n", "line 2: the here-document EOF has no end"),
        ("RUN y\nFROM x\n", "line 1: RUN stands before the first FROM"),
        ("ARG A=1\n", "there is no FROM"),
    ],
)
def test_broken_text_is_refused(source: str, reason: str) -> None:
    """Otherwise a file that cannot be built counts as a mistake that a test caught."""
    with pytest.raises(EditError, match=reason):
        dockerfile.parse(source)


def test_another_escape_character_is_understood() -> None:
    """Otherwise a Dockerfile with Windows paths is read wrongly."""
    assert dockerfile.parse("# escape=`\nFROM x\nRUN dir `\n  C:\\\n") == [("FROM", "FROM x"), ("RUN", "RUN dir C:\\")]
