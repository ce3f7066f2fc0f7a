"""What the layer shares: one plan for each environment, one for all scenarios, one for all that must be refused.

Each is made once a session, when a test first asks, and tests of one plan go to one process of pytest-xdist.
"""

from pathlib import Path

import pytest

from testkit.plan import Plan
from tests.terraform.support.names import ENVIRONMENTS
from tests.terraform.support.roots import working

# Which plan a test asks for, by the fixture that it names; the longest work first.
GROUPS = ("applied", "scan", "scenarios", "refusals", "acceptances")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what shares a plan in one process of pytest-xdist, or each of them would make it anew."""
    for item in items if config.pluginmanager.hasplugin("xdist") else ():
        fixtures = getattr(item, "fixturenames", [])
        environment = getattr(getattr(item, "callspec", None), "params", {}).get("environment", "")
        group = next((name for name in GROUPS if name in fixtures), environment)
        if group:
            item.add_marker(pytest.mark.xdist_group(str(group)))


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> str:
    """Each environment in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def plan(environment: str, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The environment's first plan: everything is created."""
    return _planned(f"envs/{environment}", tmp_path_factory.mktemp(environment))


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """All scenarios of both modules in one plan; each is a module of it."""
    return _planned("roots/scenarios", tmp_path_factory.mktemp("scenarios"))


def _planned(root: str, scratch: Path) -> Plan:
    return working(root, scratch).plan()
