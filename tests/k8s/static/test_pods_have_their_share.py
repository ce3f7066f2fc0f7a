"""Does every container ask for what it needs, and get no more than is good for its neighbours?"""

import re

from tests.k8s.support.overlays import every_container, every_pod

MEBI = 1 << 20
_UNITS = {"Ki": 1 << 10, "Mi": MEBI, "Gi": 1 << 30, "": 1}

# The least memory limit by component, in MiB. Measured in containers of the image: 177 MB was the peak of the server
# with both workers under eight clients and a manage.py beside it; a manage.py alone takes 72; MySQL 9.7 takes 491 when
# idle; Redis may take maxmemory, 128, and as much again while it rewrites its append-only file.
LEAST_MEMORY = {"web": 170, "flusher": 96, "migration": 96, "mysql": 640, "redis": 256}
LEAST_MEMORY |= {"prometheus": 384, "mysql-exporter": 48, "redis-exporter": 48, "grafana": 256}


def memory(text: str) -> int:
    found = re.fullmatch(r"(\d+)(Ki|Mi|Gi|)", text)
    assert found, f"{text!r} is no amount of memory such as 256Mi"
    return int(found[1]) * _UNITS[found[2]]


def cpu(text: str) -> float:
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)


def test_memory_limits_leave_room_to_work() -> None:
    """Red: the kernel kills the container under its first real load."""
    for one in every_pod():
        for where, container in one.containers():
            limit = container.get("resources", {}).get("limits", {}).get("memory", "0")
            is_main = container["name"] == one.main()["name"]
            least = LEAST_MEMORY[one.component] if is_main else LEAST_MEMORY["migration"]
            assert memory(limit) >= least * MEBI, (
                f"{where}: resources.limits.memory is {limit}; at least {least}Mi is needed, as measured (LEAST_MEMORY)"
            )


def test_every_container_asks_and_is_limited() -> None:
    """Red: the scheduler guesses, the autoscaler cannot count, and one leak takes a node down."""
    for where, container in every_container():
        resources = container.get("resources", {})
        for kind, read in (("memory", memory), ("cpu", cpu)):
            asked, limit = (resources.get(part, {}).get(kind, "nothing") for part in ("requests", "limits"))
            said = f"{where}: resources: requests {asked} of {kind}, limits {limit}"
            assert "nothing" not in {asked, limit}, f"{said}; both are needed"
            assert read(asked) <= read(limit), f"{said}; a request above its limit is refused"
