"""Do the pods' accounts have no right, and the pods no token?"""

import pytest

from tests.k8s.support.names import NAMESPACE
from tests.k8s.support.release import Release

# What every authenticated account may: ask about itself.
HARMLESS = {
    "selfsubjectaccessreviews.authorization.k8s.io",
    "selfsubjectreviews.authentication.k8s.io",
    "selfsubjectrulesreviews.authorization.k8s.io",
}
TOKENS = "/var/run/secrets/kubernetes.io"


@pytest.mark.parametrize("account", ["strata", "mysql", "redis", "default"])
def test_the_account_may_ask_about_itself_alone(release: Release, account: str) -> None:
    """Red: whoever breaks into a pod reads other people's secrets from the API server."""
    rows = release.kubectl.run(
        "auth", "can-i", "--list", "--no-headers", f"--as=system:serviceaccount:{NAMESPACE}:{account}"
    )
    assert {row.split()[0] for row in rows.splitlines()} >= HARMLESS, f"this list is not one of rights:\n{rows}"
    # A row without a resource begins with blanks: it names paths such as /version, which are everybody's to read.
    beyond = [row for row in rows.splitlines() if not row.startswith(" ") and row.split()[0] not in HARMLESS]
    beyond += [row for row in rows.splitlines() if row.startswith(" ") and not row.rstrip().endswith("[get]")]
    assert not beyond, f"the ServiceAccount {account} may do more than it needs:\n" + "\n".join(beyond)


@pytest.mark.parametrize("part", ["web", "flusher", "mysql", "redis"])
def test_no_pod_has_a_token(release: Release, part: str) -> None:
    """Red: whoever breaks into a pod can speak to the API server in its name."""
    for pod in release.pods(part):
        name = pod["metadata"]["name"]
        found = release.kubectl.exec(name, ["sh", "-c", f"ls -R {TOKENS} 2>/dev/null || true"])
        assert not found.strip(), f"pod {name} has a token:\n{found}\nautomountServiceAccountToken must be false"
