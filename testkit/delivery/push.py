"""Push the image that was tested, and print the reference by which it is deployed.

    APP_IMAGE=sha256:… REGISTRY_USER=… REGISTRY_PASSWORD=… python -m testkit.delivery.push registry.example/shop

Refused: an image other than the one the layers tested (APP_IMAGE), and a registry that holds another configuration
than that afterwards. The credentials lie in a folder of their own, and only while the push runs.
"""

import argparse
import base64
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from testkit import process
from testkit.delivery import image
from testkit.delivery.image import Carried, NotCarried, command

_TIMEOUT = 600


def push(carried: Carried, repository: str, environment: Mapping[str, str]) -> str:
    """Push the image and return "repository@sha256:…", the manifest's digest.

    environment: APP_IMAGE says what was tested; REGISTRY_USER and REGISTRY_PASSWORD, where there is a login.

    Raises NotCarried.
    """
    tested = environment.get("APP_IMAGE")
    if tested != carried.id:
        raise NotCarried(
            f"what was tested is {tested or 'not said: set APP_IMAGE'}, and what would be pushed {carried.id}"
        )
    with tempfile.TemporaryDirectory(prefix="push-") as scratch:
        env = {**environment, "DOCKER_CONFIG": scratch}
        (Path(scratch) / "config.json").write_text(json.dumps(_login(repository, environment)))
        here = f"{repository}:{carried.revision[:12]}"
        command(["docker", "tag", carried.id, here], env)
        try:
            command(["docker", "push", here], env)
            reference = _reference(json.loads(command(["docker", "image", "inspect", here], env))[0], repository)
            compare(
                command(["docker", "buildx", "imagetools", "inspect", "--raw", reference], env), carried.id, reference
            )
        finally:
            process.run(["docker", "image", "rm", here], timeout=_TIMEOUT)
    return reference


def compare(manifest: str, tested: str, reference: str) -> None:
    """See that a manifest is that of the image that was tested. Raises NotCarried."""
    found = json.loads(manifest).get("config", {}).get("digest", "no configuration")
    if found != tested:
        raise NotCarried(f"{reference} has the configuration {found}, and {tested} was tested: it must not be deployed")


def _reference(about: Mapping[str, list[str]], repository: str) -> str:
    found = [one for one in about["RepoDigests"] if one.startswith(f"{repository}@")]
    if not found:
        raise NotCarried(f"the engine knows no digest of {repository} after the push: {about['RepoDigests']}")
    return found[0]


def _login(repository: str, environment: Mapping[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    user, password = environment.get("REGISTRY_USER"), environment.get("REGISTRY_PASSWORD")
    if not (user and password):
        return {}
    return {"auths": {repository.partition("/")[0]: {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m testkit.delivery.push")
    parser.add_argument("repository", help="registry and name, without a tag")
    parser.add_argument("--folder", type=Path, default=image.FOLDER, help=f"where the image lies; {image.FOLDER}")
    options = parser.parse_args(arguments)
    try:
        print(push(image.about(options.folder), options.repository, os.environ))
    except (NotCarried, process.ProcessError) as error:
        print(f"push: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
