"""Does the Ingress answer for the address that the app prints, for it alone, and over TLS where that says https?"""

from urllib.parse import urlsplit

import pytest

from tests.k8s.support.overlays import OVERLAYS, configuration, overlay

ADDRESSES = {
    "local": "http://localhost:8080",
    "local-monitored": "http://localhost:8080",
    "local-grafana": "http://localhost:8080",
    "staging": "https://staging.strata.example.org",
    "production": "https://strata.example.org",
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_host_is_the_one_people_type(name: str) -> None:
    """Red: visitors get the ingress controller's 404."""
    (ingress,) = overlay(name).of("Ingress")
    got = configuration(name).get("PUBLIC_URL")
    assert got == ADDRESSES[name], f"{name}: ConfigMap: PUBLIC_URL is {got}; wanted: {ADDRESSES[name]}"
    hosts = [rule.get("host") for rule in ingress["spec"]["rules"]]
    wanted = urlsplit(ADDRESSES[name]).hostname
    assert hosts == [wanted], f"{name}: Ingress: hosts are {hosts}; wanted: {wanted}, the host of PUBLIC_URL"
    assert "defaultBackend" not in ingress["spec"], f"{name}: Ingress: a defaultBackend answers for every host"
    controller = ingress["spec"].get("ingressClassName")
    assert controller == "skipper", f"{name}: Ingress: ingressClassName is {controller}; wanted: skipper"


@pytest.mark.parametrize("name", OVERLAYS)
def test_https_has_a_certificate(name: str) -> None:
    """Red: the app redirects to https, and nothing answers there."""
    (ingress,) = overlay(name).of("Ingress")
    address = urlsplit(ADDRESSES[name])
    hosts = [host for entry in ingress["spec"].get("tls", []) for host in entry["hosts"]]
    wanted = [address.hostname] if address.scheme == "https" else []
    assert hosts == wanted, f"{name}: Ingress: tls is for {hosts}; wanted: {wanted}"


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_admin_stays_off(name: str) -> None:
    """Red: everybody may try passwords on the admin."""
    got = configuration(name).get("ADMIN_ENABLED", "false")
    assert got == "false", f"{name}: ConfigMap: ADMIN_ENABLED is {got}; the Ingress would serve it"
