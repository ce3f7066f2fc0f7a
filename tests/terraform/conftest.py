"""What the layer shares: one plan for each environment, one for all scenarios, one for all that must be refused.

Each is made once a session, when a test first asks. Tests of one plan go to one process of pytest-xdist, so that the
other one is not kept waiting for it, and the longest work goes first: the network's life takes as long as all the rest.
For that xdist wants `--no-loadscope-reorder`; by itself it begins with what has the most tests.
"""

import fcntl
import json
import os

import pytest

from testkit.plan import Plan
from tests.terraform.support.names import ENVIRONMENTS
from tests.terraform.support.roots import working

# Which plan a test asks for, by the fixture that it names.
GROUPS = ("applied", "scanned", "scenarios", "refusals")
# One process begins with the first of these, the other with the second; checkov looks at plans that are made by then.
ORDER = ("applied", *reversed(ENVIRONMENTS), "scenarios", "scanned", "refusals")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what shares a plan in one process of pytest-xdist, or each of them would make it anew; sort by ORDER."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if group := group_of(item):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: ORDER.index(group_of(item)) if group_of(item) else len(ORDER))


def group_of(item: pytest.Item) -> str:
    """Return the plan that a test asks for, or "" when it needs none."""
    fixtures = getattr(item, "fixturenames", [])
    environment = getattr(getattr(item, "callspec", None), "params", {}).get("environment", "")
    return str(next((name for name in GROUPS if name in fixtures), environment))


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> str:
    """Each environment in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def plan(environment: str, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The environment's first plan: everything is created."""
    return first_plan(f"envs/{environment}", tmp_path_factory)


@pytest.fixture(scope="session")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Plan]:
    """The first plans of all environments."""
    return {name: first_plan(f"envs/{name}", tmp_path_factory) for name in ENVIRONMENTS}


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """All scenarios of both modules in one plan; each is a module of it."""
    return first_plan("roots/scenarios", tmp_path_factory)


def first_plan(root: str, scratch: pytest.TempPathFactory) -> Plan:
    """Plan a root module that has no state. Made once a session, whoever asks, in whichever process of pytest-xdist."""
    # pytest-xdist's processes have folders side by side; the common one is above them.
    own = scratch.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    target = shared / f"first-plan-{root.replace('/', '-')}.json"
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_file():
            made = working(root, scratch.mktemp(root.replace("/", "-"))).plan()
            target.write_text(json.dumps(made.document))
    return Plan.from_file(target)
