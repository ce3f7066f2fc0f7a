"""Print the alerts and recording rules as the Prometheus Operator's object: `python3 deploy/operator_rules.py`.

The operator wants each rule inside of a PrometheusRule. It is made from the files that Prometheus itself reads, so that
there is one copy. Python alone is needed: the files are moved to the right, not understood.
"""

import sys
import textwrap
from pathlib import Path

RULES = Path(__file__).resolve().parent / "kustomize" / "components" / "monitoring" / "rules"
_HEAD = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: strata-{name}
  labels:
    app.kubernetes.io/name: strata
spec:
"""


def documents(folder: Path) -> str:
    """Return an object for each file of rules, as one YAML text."""
    files = sorted(folder.glob("*.yml"))
    return "---\n".join(_HEAD.format(name=file.stem) + textwrap.indent(file.read_text(), "  ") for file in files)


if __name__ == "__main__":
    sys.stdout.write(documents(RULES))
