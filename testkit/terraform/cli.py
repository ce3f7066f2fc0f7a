"""Finds Terraform and says to it where its providers are: from a folder on disk, else from the registry.

A CLI configuration that the person has written is taken as it is. Where TF_CLI_CONFIG_FILE names none that exists, one
is written that knows the mirror. Nothing of the person's AWS account is handed on.
"""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from testkit.terraform import mirror

OLDEST = (1, 11)
"""The first whose S3 backend has `use_lockfile` for good."""

INSTALL = "install Terraform 1.11 or newer: https://developer.hashicorp.com/terraform/install"

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class NoTerraform(LookupError):
    """Terraform, or a provider that it needs, is not to be had; the message says how it is."""


class TerraformFailed(RuntimeError):
    """A command failed that was to succeed; the text is Terraform's."""


def program() -> str:
    """Return the path of Terraform. Raises NoTerraform."""
    found = shutil.which(os.environ.get("TERRAFORM", "terraform"))
    if found is None:
        raise NoTerraform(f"terraform is not on PATH: {INSTALL}")
    return found


def environment(folder: Path, provider: str = "hashicorp/aws") -> dict[str, str]:
    """Return the whole environment in which Terraform runs.

    folder: where a CLI configuration may be written.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
    without_proxy = ",".join(
        filter(None, ["127.0.0.1,localhost", os.environ.get("NO_PROXY"), os.environ.get("no_proxy")])
    )
    return kept | {
        "TF_CLI_CONFIG_FILE": str(_configuration(folder, provider)),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
    }


def explained(error: str, provider: str = "hashicorp/aws") -> str:
    """Return Terraform's words without frames and colours, and what to do where a provider was not to be had."""
    text = re.sub(r"^[│╷╵ ]+|[ ]+$", "", _ANSI.sub("", error), flags=re.MULTILINE).strip()
    if "provider" in text and re.search(r"Failed to (query|install)|no available releases|Could not retrieve", text):
        folder = mirror.find(provider)
        there = (
            f"{folder} has {', '.join(mirror.versions(folder, provider))}"
            if folder
            else "no folder of providers was found"
        )
        return (
            f"the provider {provider} is not to be had: {there}, and the registry does not help. Remedy: on a machine "
            "with internet run `terraform providers mirror FOLDER`, and name the folder in TF_PLUGIN_MIRROR. Terraform "
            f"says:\n{text}"
        )
    return text


def _configuration(folder: Path, provider: str) -> Path:
    written = Path(os.environ.get("TF_CLI_CONFIG_FILE") or "~/.terraformrc").expanduser()
    if written.is_file():
        return written
    target = folder / "cli.tfrc"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_content(mirror.find(provider), provider, os.environ))
    return target


def _content(found: Path | None, provider: str, variables: Mapping[str, str]) -> str:
    if found is None:
        # What the registry gave once is kept: 600 MB are not fetched for each scenario.
        cache = Path(variables.get("TF_PLUGIN_CACHE_DIR") or "~/.cache/strata/terraform/providers").expanduser()
        cache.mkdir(parents=True, exist_ok=True)
        return f'plugin_cache_dir = "{cache}"\n'
    name = f"{mirror.HOST}/{provider}"
    return (
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = "{found}"\n    include = ["{name}"]\n  }}\n'
        f'  direct {{\n    exclude = ["{name}"]\n  }}\n'
        "}\n"
    )
