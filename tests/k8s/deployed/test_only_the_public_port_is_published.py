"""Is there nothing behind the ingress but what is for the public?"""

import pytest
import requests

from testkit.kube.port_forward import port_forward
from tests.k8s.support.release import Release
from tests.k8s.support.site import Site


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/monitoring", "/monitoring/", "/admin", "/admin/"])
def test_inner_pages_are_not_found(site: Site, path: str) -> None:
    """Red: the whole world reads the metrics, or tries passwords at the admin."""
    answer = site.get(path)
    assert answer.status_code == 404, f"{path} was answered with {answer.status_code} through the ingress"
    assert "strata_" not in answer.text, f"{path} is a 404 that shows metrics all the same"


def test_metrics_are_on_their_own_port(release: Release) -> None:
    """Red: nothing is found by the public, and nothing by the monitoring either."""
    pod = release.pods("web")[0]["metadata"]["name"]
    with port_forward(release.kubectl, f"pod/{pod}", "metrics") as port:
        answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10)
    assert answer.status_code == 200, f"/metrics of {pod} was answered with {answer.status_code}: {answer.text[:200]}"
    assert "strata_" in answer.text, f"/metrics of {pod} holds no metric of the app: {answer.text[:200]}"


def test_another_name_is_not_answered_by_the_app(site: Site) -> None:
    """Red: whoever points a name of his at the ingress has a shortener under it."""
    answer = site.get("/healthz/ready", headers={"Host": "somebody.example"})
    assert answer.status_code == 404, f"a foreign Host was answered with {answer.status_code}: {answer.text[:200]}"
    assert "X-Request-ID" not in answer.headers, "a request for a foreign Host reached the app"
