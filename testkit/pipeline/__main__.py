"""Say what is wrong with Jenkinsfiles, without running anything: `python -m testkit.pipeline Jenkinsfile`."""

import sys
from pathlib import Path

from testkit.pipeline.classpath import NoRunner
from testkit.pipeline.runner import Runner


def main(files: list[str]) -> int:
    """Check each file; return the exit code."""
    try:
        with Runner.start() as runner:
            wrong = {file: runner.check(Path(file).read_text()) for file in files}
    except NoRunner as error:
        print(f"pipeline: {error}", file=sys.stderr)
        return 1
    for file, why in wrong.items():
        print(f"{file}: {why or 'valid'}", file=sys.stderr if why else sys.stdout)
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["Jenkinsfile"]))
