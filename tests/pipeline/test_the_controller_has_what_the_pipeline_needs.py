"""Does the controller that jenkins/ describes have all that the Jenkinsfile asks for?"""

from typing import Any

import pytest
import yaml

from tests.pipeline.conftest import Run
from tests.pipeline.support.site import ROOT, Given

# Which plugin a step, an option or a file of ours comes from; what is not here comes with workflow-aggregator.
PLUGINS = {
    "cleanWs(": "ws-cleanup",
    "input {": "pipeline-input-step",
    "junit ": "junit",
    "lock(": "lockable-resources",
    "milestone ": "pipeline-milestone-step",
    "recordCoverage ": "coverage",
    "timestamps()": "timestamper",
    "withCredentials(": "credentials-binding",
}


@pytest.fixture(scope="module")
def casc() -> Any:
    """The configuration as code."""
    return yaml.safe_load((ROOT / "jenkins" / "casc.yaml").read_text())


def test_credentials_are_there(run: Run, casc: Any) -> None:
    """Red: the first build of main fails behind all its tests, at the push."""
    (domain,) = casc["credentials"]["system"]["domainCredentials"]
    known = {about["id"] for one in domain["credentials"] for about in one.values()}
    asked = {name for one in run(Given()).events("credentials") for name in one["ids"]}
    assert asked <= known, f"casc.yaml has no credential {', '.join(sorted(asked - known))}"


def test_no_secret_is_written_down(casc: Any) -> None:
    """Red: a password is in Git, for ever."""
    (domain,) = casc["credentials"]["system"]["domainCredentials"]
    for one in domain["credentials"]:
        for about in one.values():
            secret = about.get("password") or about.get("secretBytes") or str(about.get("privateKeySource"))
            assert "${" in secret, f"the secret of {about['id']} is not a variable"


def test_agents_have_the_label(run: Run, casc: Any) -> None:
    """Red: every build waits for an agent that does not exist."""
    labels = {one["permanent"]["labelString"] for one in casc["jenkins"]["nodes"]}
    asked = {one["label"] for one in run(Given()).events("agent")}
    # A label may be an expression: its names must be known.
    names = {word for label in asked for word in label.replace("&&", " ").replace("||", " ").split()}
    missing = names - labels
    assert not missing, f"casc.yaml has agents with {sorted(labels)}; asked for: {sorted(missing)}"


def test_approvers_are_a_group(run: Run, casc: Any) -> None:
    """Red: nobody may approve, and no plan is ever applied."""
    groups = {one["group"]["name"] for one in casc["jenkins"]["authorizationStrategy"]["globalMatrix"]["entries"]}
    (question,) = run(Given()).events("input")
    assert set(question["submitters"]) <= groups, f"casc.yaml knows {sorted(groups)}, not {question['submitters']}"


def test_the_lock_is_declared(run: Run, casc: Any) -> None:
    """Red: the lock's name has a typing error, and two builds deploy at once."""
    declared = {one["name"] for one in casc["unclassified"]["lockableResourcesManager"]["declaredResources"]}
    asked = {one["resource"] for one in run(Given()).events("lock")}
    assert asked <= declared, f"casc.yaml declares {sorted(declared)}; asked for: {sorted(asked)}"


@pytest.mark.parametrize(("word", "plugin"), PLUGINS.items())
def test_plugins_are_listed(jenkinsfile: str, word: str, plugin: str) -> None:
    """Red: a new controller says "No such DSL method" to every build."""
    listed = (ROOT / "jenkins" / "plugins.txt").read_text().split()
    assert word not in jenkinsfile or plugin in listed, f"{word.strip('( ')} needs {plugin}, which plugins.txt lacks"
