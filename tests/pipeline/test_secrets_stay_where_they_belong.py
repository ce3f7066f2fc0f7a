"""Does each credential exist only around the command that needs it, and never in what people read?"""

from tests.pipeline.conftest import Run
from tests.pipeline.support.site import APPLY, DEPLOY, PLAN, PUSH, SECRETS, VERBS, Given

USERS = {"strata-registry": PUSH, "strata-aws-plan": PLAN, "strata-aws-apply": APPLY, "strata-kubeconfig": DEPLOY}
"""The one command for which each credential is there."""

_VALUES = [value["password"] if isinstance(value, dict) else value for value in SECRETS.values()]
# What a tool prints when somebody has switched its debugging on.
_TALKATIVE = "\n".join(f"debug: {value}" for value in _VALUES)


def test_each_credential_is_there_for_one_command(run: Run) -> None:
    """Red: a test that somebody changed in a pull request can read the registry's password."""
    build = run(Given())
    bound: list[str] = []
    found: dict[str, list[str]] = {}
    for one in build.history:
        if one["event"] == "credentials":
            bound = one["ids"]
        elif one["event"] == "sh" and bound:
            found.setdefault(bound[0], []).append(one["script"])
            bound = []
    assert found == {name: [script] for name, script in USERS.items()}, f"credentials and their commands: {found}"
    wide = [one["ids"] for one in build.events("credentials") if one["by"] == "environment"]
    assert not wide, f"{wide} are bound by an environment block: for every command of a stage, or of the whole build"


def test_variables_of_a_credential_are_gone_after_its_command(run: Run) -> None:
    """Red: the same, by a block that is wider than it looks."""
    names = {"REGISTRY_PASSWORD", "AWS_SECRET_ACCESS_KEY", "KUBECONFIG"}
    told = [
        f"{one['script']} sees {', '.join(sorted(names & set(one['environment'])))}"
        for one in run(Given()).events("sh")
        if one["script"] not in USERS.values() and names & set(one["environment"])
    ]
    assert not told, f"a credential is there for a command that needs none: {told}"


def test_what_a_talkative_tool_prints_is_masked(run: Run) -> None:
    """Red: the password stands in a log that everybody can read, for as long as builds are kept."""
    own = {
        script: {"output": f"debug: {_value(name)}\n{VERBS[script].output}"}
        for name, script in USERS.items()
        if script != PUSH
    }
    build = run(Given(verbs=own))
    shown = [value for value in _VALUES if value in build.log]
    assert not shown, f"the log shows {shown}"
    assert "debug: ****" in build.log, "the tools said nothing, so nothing was tried"


def test_no_secret_is_written_into_a_command(run: Run) -> None:
    """Red: Groovy puts the secret into the script, where `ps` shows it to every process of the agent."""
    build = run(Given())
    assert not build.events("insecure"), f"a secret was interpolated by Groovy: {build.events('insecure')}"


def test_the_binary_plan_is_not_archived(run: Run) -> None:
    """Red: every secret of the state lies in the archive, in plain text."""
    build = run(Given())
    archived = sorted(str(file.relative_to(build.archive)) for file in build.archive.rglob("*") if file.is_file())
    plans = [name for name in archived if "plans/" in name or name.endswith(".tfplan")]
    assert not plans, f"archived: {plans}"
    assert any("plan-review" in name for name in archived), (
        "the review is not archived, so nobody can read what to approve"
    )


def _value(name: str) -> str:
    found = SECRETS[name]
    return found["password"] if isinstance(found, dict) else str(found)
