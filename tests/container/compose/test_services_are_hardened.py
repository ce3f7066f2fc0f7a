"""What may each service of the stack do to the machine, and to its neighbours?"""

import pytest

from tests.container.compose.files import ONE_SHOT, RUNNING, WATCHING, WATCHING_ONE_SHOT, Rendered

SERVICES = (*RUNNING, *ONE_SHOT, *WATCHING, *WATCHING_ONE_SHOT)
PUBLISHED = {("webapp", 8000), ("prometheus", 9090), ("grafana", 3000)}
# These two images have nothing to ask with: whether an exporter works, Prometheus says. Grafana cannot be had offline.
UNASKED = {"webapp", "mysql-exporter", "redis-exporter", "grafana"}

# The engine's own limits where a service says nothing: none.
_MOST_MEMORY = 1 << 30
_MOST_PROCESSES = 200


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_hardens_it(watched: Rendered, service: str) -> None:
    """Red: a break-in into this service gets more than the service needs."""
    said = watched["services"][service]
    assert said.get("read_only") is True, f"services.{service} lacks read_only: true"
    assert said.get("cap_drop") == ["ALL"], f"services.{service} lacks cap_drop: [ALL]; it is {said.get('cap_drop')}"
    assert not said.get("cap_add"), f"services.{service} adds capabilities: {said['cap_add']}"
    assert not said.get("privileged"), f"services.{service} is privileged"
    assert "no-new-privileges:true" in said.get("security_opt", []), f"services.{service} lacks no-new-privileges"
    assert str(said.get("user", "10001")).partition(":")[0] not in {"0", "root"}, f"services.{service} runs as root"


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_limits_it(watched: Rendered, service: str) -> None:
    """Red: one service that leaks memory or forks takes the whole machine down."""
    said = watched["services"][service]
    assert 0 < int(said.get("mem_limit", 0)) <= _MOST_MEMORY, f"services.{service} has no mem_limit"
    assert 0 < int(said.get("pids_limit", 0)) <= _MOST_PROCESSES, f"services.{service} has no pids_limit"


@pytest.mark.parametrize("service", [*RUNNING, *WATCHING])
def test_it_comes_back_by_itself(watched: Rendered, service: str) -> None:
    """Red: a crash, or a reboot of the machine, ends the service for good."""
    assert watched["services"][service].get("restart") == "unless-stopped", f"services.{service} has no restart policy"


@pytest.mark.parametrize("service", [*ONE_SHOT, *WATCHING_ONE_SHOT])
def test_what_runs_once_is_not_repeated(watched: Rendered, service: str) -> None:
    """Red: a failed migration is tried for ever, and nobody sees that it failed."""
    assert watched["services"][service].get("restart") == "no", f'services.{service} must have restart: "no"'


@pytest.mark.parametrize(
    ("service", "other", "condition"),
    [
        ("mysql", "secrets", "service_completed_successfully"),
        ("redis", "secrets", "service_completed_successfully"),
        ("migrate", "mysql", "service_healthy"),
        ("webapp", "migrate", "service_completed_successfully"),
        ("webapp", "redis", "service_healthy"),
        ("flusher", "migrate", "service_completed_successfully"),
        ("flusher", "redis", "service_healthy"),
        ("mysql-exporter-account", "mysql", "service_healthy"),
        ("mysql-exporter", "mysql-exporter-account", "service_completed_successfully"),
        ("redis-exporter", "redis", "service_healthy"),
        ("prometheus", "webapp", "service_healthy"),
        ("grafana", "prometheus", "service_healthy"),
    ],
)
def test_it_waits_for_what_it_needs(watched: Rendered, service: str, other: str, condition: str) -> None:
    """Red: on a slow machine the first `up` fails, and the second one works."""
    said = watched["services"][service].get("depends_on", {}).get(other, {}).get("condition")
    assert said == condition, f"services.{service}.depends_on.{other} has the condition {said}, not {condition}"


@pytest.mark.parametrize("service", [*RUNNING, *WATCHING])
def test_its_health_is_looked_at(watched: Rendered, service: str) -> None:
    """Red: `up --wait` reports a stack that does not serve as up."""
    said = watched["services"][service]
    check = said.get("healthcheck", {}).get("test")
    assert check or service in UNASKED, f"services.{service} has no healthcheck"
    assert not said.get("healthcheck", {}).get("disable"), f"services.{service} switches its healthcheck off"


def test_only_what_people_look_at_is_published_on_loopback(watched: Rendered) -> None:
    """Red: the database, Redis or the metrics can be reached from the network of whoever runs the stack."""
    for name, service in watched["services"].items():
        for port in service.get("ports", []):
            address = port.get("host_ip", "every address")
            shown = f"services.{name} publishes port {port['target']} on {address}:{port.get('published')}"
            assert (name, port["target"]) in PUBLISHED, f"{shown}; only {sorted(PUBLISHED)} may be"
            assert port.get("host_ip") == "127.0.0.1", f"{shown}, and not on loopback alone"


def test_stores_have_no_way_out(watched: Rendered) -> None:
    """Red: a break-in into a store can send the data away."""
    networks = watched["networks"]
    for name in ("mysql", "redis", "flusher", "migrate", "mysql-exporter", "mysql-exporter-account", "redis-exporter"):
        reachable = watched["services"][name]["networks"]
        wide = [network for network in reachable if not networks[network].get("internal")]
        assert not wide, f"services.{name} is on {', '.join(wide)}, which is not internal"
    assert watched["services"]["secrets"].get("network_mode") == "none", "services.secrets needs no network"


def test_the_stack_is_not_watched_unless_somebody_asks(main_file: Rendered) -> None:
    """Red: a plain `up` pulls and runs what its user never looks at."""
    more = sorted(set(main_file["services"]) - {*RUNNING, *ONE_SHOT})
    assert not more, f"{', '.join(more)} start without a profile"


@pytest.mark.parametrize("service", ["prometheus", "grafana"])
def test_what_watches_cannot_reach_the_stores(watched: Rendered, service: str) -> None:
    """Red: a break-in into the monitoring, which has a port for people, is one step from the data."""
    networks = set(watched["services"][service]["networks"])
    assert networks == {"monitoring", "edge"}, (
        f"services.{service} is on {sorted(networks)}; monitoring and edge suffice"
    )


def test_a_volume_of_secrets_is_filled_by_who_makes_them_alone(watched: Rendered) -> None:
    """Red: the first image that mounts it makes it root's, and no secret can be written: PermissionError."""
    for name in (*WATCHING, *WATCHING_ONE_SHOT):
        for mount in watched["services"][name].get("volumes", []):
            if mount.get("source", "").endswith("-secrets"):
                copies = not mount.get("volume", {}).get("nocopy")
                assert not copies, f"services.{name}.volumes: {mount['source']} lacks volume: {{nocopy: true}}"
                assert mount.get("read_only"), f"services.{name}.volumes: {mount['source']} is not read_only"
