"""Prometheus at a quicker pace: a minute of its alerts is eight seconds here.

Only the pace differs: scrapes and rules come every two seconds instead of every fifteen, and each `for` is as much
shorter. Not quicker, or an exporter on a busy machine would be late for its scrape, and taken for lost.
That the stack mounts the real files is for tests/k8s/static/test_monitoring_sees_everything.py,
and whether each `for` is right for tests/container/monitoring.
"""

import re
from pathlib import Path

import yaml

from testkit.prometheus.files import seconds
from tests.container.support.names import ROOT

MONITORING = ROOT / "deploy" / "kustomize" / "components" / "monitoring"
RULES = MONITORING / "rules"
INTERVAL = 15
"""Seconds between two scrapes, as prometheus.yml has it."""

_QUICK = 2
"""The same here, and the most that a scrape may take."""

_FOR = re.compile(r"(?<= for: )\w+")


def faster(folder: Path) -> Path:
    """Write a Compose file into `folder` that gives Prometheus the same settings and rules at a quicker pace."""
    settings = (MONITORING / "prometheus.yml").read_text()
    assert settings.count(f"_interval: {INTERVAL}s") == 2, (
        f"prometheus.yml: scrapes and rules do not come every {INTERVAL} s"
    )
    quick = settings.replace(f"_interval: {INTERVAL}s", f"_interval: {_QUICK}s").replace(
        "_timeout: 10s", f"_timeout: {_QUICK}s"
    )
    files = {"prometheus.yml": quick}
    files |= {f"rules/{file.name}": _FOR.sub(_shorter, file.read_text()) for file in RULES.glob("*.yml")}
    (folder / "rules").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
        # Prometheus is nobody, and pytest's folders are closed to everybody else.
        (folder / name).chmod(0o644)
    for path in (folder.parent, folder, folder / "rules"):
        path.chmod(0o755)
    mounts = [f"{folder}/prometheus.yml:/etc/prometheus/prometheus.yml:ro", f"{folder}/rules:/etc/prometheus/rules:ro"]
    override = folder / "faster.yml"
    override.write_text(yaml.safe_dump({"services": {"prometheus": {"volumes": mounts}}}))
    return override


def shortened(duration: str) -> float:
    """Return the seconds that a `for` of the rules has here."""
    return seconds(duration) * _QUICK / INTERVAL


def _shorter(found: re.Match[str]) -> str:
    return f"{shortened(found[0]):g}s"
