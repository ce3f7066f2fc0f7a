"""An AWS account of the run's own, which is moto: empty, but for the bucket of the state.

with running(scratch) as account:
    account.environment      # leads Terraform there, and nowhere else
    account.resources()      # how many the state has
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from jenkins.e2e.clone import ROOT
from testkit import hcl
from testkit.terraform import cli, emulator

ENVIRONMENT = "staging"

_QUICK = 15
_NO_PROXY = {"http": "", "https": ""}

# moto goes by the scope of a signature, and does not look at the rest.
_SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIAE2E/20260101/eu-central-1/s3/aws4_request"}


@dataclass(frozen=True)
class Account:
    """An account at an address of this machine; made by `running`."""

    address: str
    environment: dict[str, str]

    def resources(self) -> int:
        """Return how many resources the state in the bucket has; none where there is no state."""
        url = f"{self.address}/{_backend('bucket')}/{_backend('key')}"
        answer = requests.get(url, headers=_SIGNED, timeout=_QUICK, proxies=_NO_PROXY)
        managed = [one for one in answer.json()["resources"] if one["mode"] == "managed"] if answer.ok else []
        return sum(len(one["instances"]) for one in managed)


@contextmanager
def running(scratch: Path, log: Path | None = None) -> Iterator[Account]:
    """Start it, with what terraform/README.md has under "First time". Raises ProcessError."""
    with emulator.running(log, account=_backend("allowed_account_ids").strip('[]"')) as address:
        _make_bucket(address)
        configuration = cli.environment(scratch)["TF_CLI_CONFIG_FILE"]
        yield Account(address, {"AWS_ENDPOINT_URL": address, "TF_CLI_CONFIG_FILE": configuration})


def _make_bucket(address: str) -> None:
    place = f"<LocationConstraint>{_backend('region')}</LocationConstraint>"
    answer = requests.put(
        f"{address}/{_backend('bucket')}",
        data=f"<CreateBucketConfiguration>{place}</CreateBucketConfiguration>",
        headers=_SIGNED,
        timeout=_QUICK,
        proxies=_NO_PROXY,
    )
    answer.raise_for_status()


def _backend(name: str) -> str:
    text = (ROOT / "terraform" / "envs" / ENVIRONMENT / "backend.hcl").read_text()
    return next(hcl.source(text, item) for item in hcl.read(text) if item.names[0] == name).strip('"')
