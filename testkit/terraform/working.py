"""Runs tftest in a copy of a Terraform tree: nothing is written beside the code, and no account is asked.

    working = prepare(tree, "envs/staging", scratch)
    plan = working.plan()                        # a Plan; variables={"cidr": "10.0.0.0/16"} overrule files
    working.apply(); working.destroy()           # with aws="http://127.0.0.1:…", against an emulator
    errors = working.refusals()                  # what a plan that must fail says, one text each

An override file beside the code (https://developer.hashicorp.com/terraform/language/files/override) gives the copy a
local state and a provider that neither has nor needs credentials.
"""

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tftest

from testkit.plan import Plan
from testkit.terraform import cli
from testkit.terraform.cli import TerraformFailed

OVERRIDE = "testkit_override.tf"
_PLAN = "plan.tfplan"

# It logs each line of each command, whole plans with their secrets among them; errors have the words that matter.
logging.getLogger("tftest").setLevel(logging.CRITICAL + 1)

_FAKE_ACCESS = """
  allowed_account_ids         = null
  region                      = "{region}"
  access_key                  = "testkit"
  secret_key                  = "testkit"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = {offline}
  skip_region_validation      = true
"""


@dataclass
class Working:
    """A copy of a root module, initialised."""

    folder: Path
    tftest: Any

    def plan(self, variables: Mapping[str, Any] | None = None, *, refresh: bool = False, destroy: bool = False) -> Plan:
        """Make a plan. Raises TerraformFailed."""
        return Plan.from_json(self._planned(variables, refresh=refresh, destroy=destroy))

    def apply(self, variables: Mapping[str, Any] | None = None) -> None:
        """Apply without asking. Raises TerraformFailed."""
        self._run("apply", "-auto-approve", "-refresh=false", *_variables(variables))

    def apply_planned(self) -> None:
        """Apply exactly what `plan` has planned last, which saves to plan it again. Raises TerraformFailed."""
        self._run("apply", str(self.folder / _PLAN))

    def destroy(self, variables: Mapping[str, Any] | None = None) -> None:
        """Destroy all that the state knows. Raises TerraformFailed."""
        self._run("destroy", "-auto-approve", "-refresh=false", *_variables(variables))

    def forget(self, address: str) -> None:
        """Take a resource out of the state, and leave it in the world. Raises TerraformFailed."""
        self._run("state", "rm", address)

    def state(self) -> list[str]:
        """Return the addresses that the state has."""
        return str(self._run("state", "list")).split()

    def refusals(self, variables: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
        """Return why a plan is refused, one entry an error: summary, detail, and the code that it is about."""
        try:
            self.tftest.execute_command("plan", "-json", "-refresh=false", *_variables(variables))
        except tftest.TerraformTestError as error:
            lines = [line for line in str(error.args[0]).splitlines() if '"type":"diagnostic"' in line]
            return [one for one in map(_diagnostic, lines) if one["severity"] == "error"]
        return []

    def _planned(self, variables: Mapping[str, Any] | None, *, refresh: bool, destroy: bool) -> Any:
        target = self.folder / _PLAN
        options = [f"-out={target}", *_variables(variables)]
        options += [] if refresh else ["-refresh=false"]
        options += ["-destroy"] if destroy else []
        self._run("plan", *options)
        return json.loads(str(self._run("show", "-json", str(target))))

    def _run(self, command: str, *arguments: str) -> Any:
        colour = [] if command in {"show", "state"} else ["-no-color", "-input=false"]
        try:
            return self.tftest.execute_command(command, *colour, *arguments).out
        except tftest.TerraformTestError as error:
            words = error.cmd_error or str(error)
            raise TerraformFailed(f"terraform {command}: {cli.explained(words)}") from None


def prepare(  # noqa: PLR0913  # all but the first three have defaults, and are given by name
    tree: Path,
    root: str,
    scratch: Path,
    *,
    aws: str = "",
    region: str = "eu-central-1",
    services: tuple[str, ...] = (),
    provider: str = "aws",
    files: Mapping[str, str] | None = None,
) -> Working:
    """Copy `tree` to `scratch`, and initialise the root module `root` in it.

    aws: address of an emulator; without one nothing can be asked of AWS, and only plans can be made.
    services: what the emulator is asked for.
    provider: "" where the code needs none.
    files: further files of the root module.

    Raises NoTerraform when Terraform or a provider is missing, TerraformFailed when the code cannot be initialised.
    """
    copy = scratch / "tree"
    shutil.copytree(
        tree, copy, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*")
    )
    folder = copy / root
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (files or {}).items():
        (folder / name).write_text(text)
    if provider:
        (folder / OVERRIDE).write_text(_override(aws, region, services))
    runner = tftest.TerraformTest(str(folder), binary=cli.program(), env={})
    runner.env = cli.environment(scratch)
    try:
        runner.execute_command("init", "-no-color", "-input=false")
    except tftest.TerraformTestError as error:
        raise TerraformFailed(f"terraform init: {cli.explained(error.cmd_error or str(error))}") from None
    return Working(folder, runner)


def _override(aws: str, region: str, services: tuple[str, ...]) -> str:
    access = _FAKE_ACCESS.format(region=region, offline="false" if aws else "true")
    endpoints = "".join(f'    {service} = "{aws}"\n' for service in services)
    block = f"\n  endpoints {{\n{endpoints}  }}\n" if aws else ""
    return f'terraform {{\n  backend "local" {{}}\n}}\n\nprovider "aws" {{{access}{block}}}\n'


def _variables(variables: Mapping[str, Any] | None) -> list[str]:
    pairs = [
        ("-var", f"{name}={value if isinstance(value, str) else json.dumps(value)}")
        for name, value in (variables or {}).items()
    ]
    return [word for pair in pairs for word in pair]


def _diagnostic(line: str) -> dict[str, str]:
    found = json.loads(line)["diagnostic"]
    snippet = found.get("snippet") or {}
    return {
        "severity": found["severity"],
        "summary": found["summary"],
        "detail": found.get("detail", ""),
        "context": str(snippet.get("context") or ""),
        "code": str(snippet.get("code") or ""),
    }
