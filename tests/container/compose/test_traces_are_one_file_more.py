"""Does docker-compose.apm.yml put the agent before the server, add a trace backend, and change nothing else?"""

import re

import pytest

from tests.container.compose import files
from tests.container.compose.files import MAIN, Rendered
from tests.container.support.names import ROOT

APM = "docker-compose.apm.yml"


@pytest.fixture(scope="session")
def with_traces() -> Rendered:
    """Both files merged, as somebody starts them who wants traces."""
    return files.rendered(MAIN, APM)


def test_only_the_server_s_start_differs(main_file: Rendered, with_traces: Rendered) -> None:
    """Red: with traces another stack runs than without, and each hides the other's mistakes."""
    services = {name: dict(service) for name, service in with_traces["services"].items()}
    added = services.pop("traces", None)
    assert added, f"{APM} adds no service `traces`"
    web = services["webapp"]
    ours = {name: value for name, value in web["environment"].items() if name.startswith("OTEL_")}
    assert web["command"][:3] == ["python", "-m", "config.traced"], f"{APM}: webapp runs {web['command']}"
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in ours, f"{APM}: webapp is not told where traces go: {ours}"
    web["command"] = main_file["services"]["webapp"].get("command")
    web["environment"] = {name: value for name, value in web["environment"].items() if name not in ours}
    differing = [name for name in services if services[name] != main_file["services"].get(name)]
    assert not differing, f"{APM} also changes {', '.join(differing)}"
    assert with_traces["volumes"] == main_file["volumes"]


def test_the_trace_backend_is_hardened(with_traces: Rendered) -> None:
    """Red: a break-in into the trace backend is a break-in into the machine, or its page is on the network."""
    said = with_traces["services"]["traces"]
    wanted = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "user": "10001:10001"}
    got = {name: said.get(name) for name in wanted}
    assert got == wanted, f"{APM}: traces: {got}; wanted: {wanted}"
    assert {"mem_limit", "pids_limit", "cpus"} <= set(said), f"{APM}: traces is not limited"
    published = [(port["target"], port.get("host_ip")) for port in said["ports"]]
    assert published == [(16686, "127.0.0.1")], f"{APM}: traces publishes {published}; its page on loopback is wanted"
    assert "stores" not in said["networks"], f"{APM}: traces is on the stores' network, and has no business there"


def test_the_backend_is_the_pinned_one() -> None:
    """Red: a fresh clone looks at its traces with another version than the documentation's."""
    (pinned,) = re.findall(r"^JAEGER_IMAGE=(\S+)$", (ROOT / "images.env").read_text(), re.MULTILINE)
    assert f"${{JAEGER_IMAGE:-{pinned}}}" in (ROOT / APM).read_text(), f"{APM} has another default than images.env"
