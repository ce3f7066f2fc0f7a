"""Does the app's exposition, as the running server answers it, follow Prometheus' conventions?"""

from pathlib import Path

from testkit.prometheus.promtool import promtool
from tests.container.conftest import chosen
from tests.container.stack.running import Stack

ASK = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8001/metrics').read().decode(), end='')"


def test_promtool_finds_nothing_wrong_with_the_metrics(watched: Stack, tmp_path: Path) -> None:
    """Red: a name, a type or a help text misleads whoever writes the next query."""
    exposition = watched.container("webapp").exec(["python", "-c", ASK])
    assert "strata_redirects_total" in exposition, f"the exposition has none of our metrics: {exposition[:500]}"
    done = promtool(chosen("PROMETHEUS_IMAGE"), tmp_path, "check", "metrics", stdin=exposition)
    assert done.code == 0, f"promtool check metrics:\n{done.output}"
