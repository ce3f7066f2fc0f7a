"""Do preStop, the server's drain, its grace and the probes fit one another, so that no request fails by a rollout?"""

import re

import pytest

from ops import probe
from tests.k8s.support.overlays import OVERLAYS, ROOT, configuration, every_pod, pod

SERVER = (ROOT / "webapp/config/server.py").read_text()

# Seconds until nobody sends to a pod that was told to go: the EndpointSlice, the ingress controller's next poll of it,
# building the routes anew.
NOTICED = 1 + 3 + 1
# Seconds that are left between the server's own end and the SIGKILL.
SPARE = 2

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def number(pattern: str) -> int:
    found = re.search(rf"^{pattern} = (\d+)$", SERVER, re.MULTILINE)
    assert found, f"webapp/config/server.py has no line `{pattern} = NUMBER` any more"
    return int(found[1])


def patience(settings: dict[str, int]) -> int:
    """Seconds until a probe that always fails has its effect."""
    return settings.get("periodSeconds", 10) * settings.get("failureThreshold", 3)


@pytest.mark.parametrize("name", OVERLAYS)
def test_it_answers_until_nobody_asks(name: str) -> None:
    """Red: each rollout sends some visitors to a pod that is gone."""
    hook = pod(name, "web").main().get("lifecycle", {}).get("preStop")
    assert hook, f"{name}: Deployment/webapp: lifecycle.preStop is missing; sleep of {NOTICED} s is wanted"
    asleep = hook.get("sleep", {}).get("seconds")
    assert asleep, f"{name}: Deployment/webapp: preStop is {hook}; wanted: the sleep action, which needs no shell"
    assert asleep >= NOTICED, (
        f"{name}: Deployment/webapp: preStop sleeps {asleep} s; it takes {NOTICED} s to be noticed"
    )


@pytest.mark.parametrize("name", OVERLAYS)
def test_it_is_not_killed_while_it_drains(name: str) -> None:
    """Red: the last requests of each pod end in the middle."""
    one = pod(name, "web")
    asleep = one.main().get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    drain, last = float(configuration(name)["DRAIN_SECONDS"]), number("_LAST_REQUESTS")
    needed = asleep + drain + last + SPARE
    # 30 is what Kubernetes takes where nothing is said.
    grace = one.spec.get("terminationGracePeriodSeconds", 30)
    assert grace >= needed, (
        f"{one.where}: terminationGracePeriodSeconds is {grace}; preStop {asleep} + DRAIN_SECONDS {drain:g} + last "
        f"requests {last} + {SPARE} to spare need {needed:g}"
    )


@pytest.mark.parametrize("name", OVERLAYS)
@pytest.mark.parametrize("component", ["web", "flusher", "mysql", "redis"])
def test_the_questions_are_asked_apart(name: str, component: str) -> None:
    """Red: a slow start is a restart, or a store that is away restarts every pod."""
    for one in every_pod():
        if (one.overlay, one.component) != (name, component):
            continue
        container = one.main()
        wanted = [kind for kind in PROBES if component != "flusher" or kind != "readinessProbe"]
        missing = [kind for kind in wanted if kind not in container]
        assert not missing, f"{one.where}: {', '.join(missing)} is missing"
        calm = [patience(container[kind]) for kind in PROBES[1:] if kind in container]
        assert calm == sorted(calm), f"{one.where}: liveness gives up after {calm[-1]} s, before readiness: {calm[0]} s"


@pytest.mark.parametrize("name", OVERLAYS)
def test_probes_fit_the_server(name: str) -> None:
    """Red: a pod is restarted because of a store, because of one slow worker, or because it was slow to start."""
    one = pod(name, "web")
    for kind, path in zip(PROBES, ("/healthz/live", "/healthz/ready", "/healthz/live"), strict=True):
        settings = one.main()[kind]
        got = settings.get("httpGet", {})
        assert got.get("path") == path, f"{one.where}: {kind}.httpGet.path is {got.get('path')}; wanted: {path}"
        assert got.get("port") == "http", f"{one.where}: {kind}.httpGet.port is {got.get('port')}; wanted: http"
        waits = settings.get("timeoutSeconds", 1)
        assert waits == probe.TIMEOUT, (
            f"{one.where}: {kind} waits {waits} s; ops/probe.py, which Compose uses, {probe.TIMEOUT}"
        )
    stuck = number("timeout")
    gives_up = patience(one.main()["livenessProbe"])
    assert gives_up > stuck, f"{one.where}: liveness gives up after {gives_up} s, gunicorn mends a worker after {stuck}"
    starts = patience(one.main()["startupProbe"])
    assert starts >= 60, f"{one.where}: startup has {starts} s; 60 are wanted on a busy node"


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_rollout_takes_nothing_away(name: str) -> None:
    """Red: each rollout serves with fewer pods than the load needs."""
    for component in ("web", "flusher"):
        one = pod(name, component)
        strategy = one.owner["spec"].get("strategy", {})
        got = strategy.get("rollingUpdate", {})
        assert strategy.get("type") == "RollingUpdate", f"{one.where}: strategy.type is {strategy.get('type')}"
        taken = got.get("maxUnavailable")
        assert taken == 0, f"{one.where}: rollingUpdate.maxUnavailable is {taken}; wanted: 0"
        assert got.get("maxSurge") not in {None, 0, "0%"}, (
            f"{one.where}: with maxSurge {got.get('maxSurge')} nothing moves"
        )


@pytest.mark.parametrize("name", OVERLAYS)
def test_new_pods_wait_for_the_migration_and_the_rollout_waits_for_both(name: str) -> None:
    """Red: a new version meets the old schema, or a long migration is reported as a failed rollout."""
    allowed = pod(name, "migration").owner["spec"]["activeDeadlineSeconds"]
    for component in ("web", "flusher"):
        one = pod(name, component)
        commands = [container["command"] for container in one.spec.get("initContainers", [])]
        waits = ["python", "manage.py", "wait_for", "migrations"]
        assert waits in commands, f"{one.where}: no init container runs {' '.join(waits)}; there are {commands}"
        deadline = one.owner["spec"]["progressDeadlineSeconds"]
        assert deadline > allowed, (
            f"{one.where}: progressDeadlineSeconds {deadline}; the migration alone may take {allowed}"
        )
