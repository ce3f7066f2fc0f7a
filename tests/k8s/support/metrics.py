"""What each pod of the web counts, asked from inside: the port of the metrics is open to the monitoring alone."""

from tests.k8s.support.release import Release

_ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8001/metrics', timeout=15).read().decode())"


def metric(release: Release, sample: str, *, missing: float = 0) -> dict[str, float]:
    """Return a sample such as `strata_redirects_total{outcome="found"}` by the pod's name.

    missing: what stands for a sample that a pod does not have.
    """
    names = [pod["metadata"]["name"] for pod in release.pods("web")]
    return {name: _sample(release.kubectl.exec(name, ["python", "-c", _ASK], "web"), sample, missing) for name in names}


def _sample(text: str, sample: str, missing: float) -> float:
    values = [line.rpartition(" ")[2] for line in text.splitlines() if line.rpartition(" ")[0] == sample]
    return float(values[0]) if values else missing
