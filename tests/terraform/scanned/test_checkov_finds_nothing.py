"""Does checkov, which has read more incidents than we have, find anything in the code or in the plans?"""

import pytest

from testkit.plan import Plan
from tests.terraform.support.checkov import NoCheckov, Scan, scan
from tests.terraform.support.names import TREE


@pytest.fixture(scope="session")
def scanned(plans: dict[str, Plan], tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """What checkov says to the code and to the first plan of each environment."""
    try:
        return scan(TREE, plans, tmp_path_factory.mktemp("scan"))
    except NoCheckov as error:
        pytest.fail(f"{error} Remedy: `make checkov` says what is missing.", pytrace=False)


def test_no_finding(scanned: Scan) -> None:
    """Red: a known weakness goes to production. Mend it, or skip it in the code: `#checkov:skip=ID:reason`."""
    assert not scanned.findings, "checkov finds:\n" + "\n".join(scanned.findings)


def test_it_has_looked(scanned: Scan) -> None:
    """Red: checkov finds nothing because it has read nothing."""
    assert scanned.passed >= 300, f"only {scanned.passed} checks held: it has not seen the code, or not the plans"
