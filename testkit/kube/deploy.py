"""Bring a rendered release into a namespace, wait until it runs, and go back when it does not.

    python -m testkit.kube.deploy overlays/staging --image shop=registry.example/shop@sha256:… \\
        --kubeconfig ~/.kube/config --namespace shop --timeout 600 --rollback-on-failure

    deploy(kubectl, render(folder, images=…), timeout=600, rollback=True)

1. Everything is tried on the server (`--dry-run=server`): what it refuses has changed nothing.
2. The namespace, then secrets that are made once (`testkit.kube.secrets_once`), then all else, by server-side apply.
   Each field has an owner: a number that an autoscaler or a person has set is not silently overwritten, it is a
   conflict with a name, unless `--force-conflicts` says who is right.
3. The migration Job and every workload roll out, watched together (`testkit.kube.rollout`): the first that cannot
   succeed ends the deployment, with pod, log and events. A failing migration leaves the old version serving.
4. `verify`, or the command of `--verify`, looks whether it does what it should; what it answers is why it failed.
5. What the last release had and this one has not is deleted, and this one is kept as the last good one.

After a failure with rollback the last good release is applied again and what only the failed one had is deleted; its
migration Job is left out, as the old version works on the new schema; the failed one stays, for its log, unless it has
not even begun. The deployment has failed all the same. See `testkit.kube.release` for where the release is kept.

Two deployments at once into one namespace are for the pipeline to prevent.
"""

import argparse
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from testkit import process
from testkit.kube import release, status
from testkit.kube.kubectl import Kubectl, KubectlFailed, Object
from testkit.kube.release import show
from testkit.kube.render import Manifests, RenderFailed, render
from testkit.kube.rollout import RolloutFailed, rollout
from testkit.kube.secrets_once import NoSecret, make_secret
from testkit.kube.snapshot import KINDS
from testkit.kube.tools import NoTool
from testkit.process import ProcessError

MANAGER = "deploy"
"""The name under which this owns the fields that it applies."""

RECORD = "release"
"""ConfigMap with the last good release."""

Say = Callable[[str], None]
Verify = Callable[[], str]
"""Returns why a release that rolled out is not what it should be; nothing when it is."""


class _Unverified(RuntimeError):
    """All of it runs, and it does not do what it should."""


class DeployFailed(RuntimeError):
    """The release does not run. rolled_back: whether the last good one was brought back."""

    def __init__(self, message: str, *, rolled_back: bool) -> None:
        super().__init__(message)
        self.rolled_back = rolled_back


def deploy(  # noqa: PLR0913  # all but the first two are given by name
    kubectl: Kubectl,
    manifests: Manifests,
    *,
    timeout: float,
    rollback: bool = False,
    force_conflicts: bool = False,
    secrets: Mapping[str, Sequence[str]] | None = None,
    verify: Verify = lambda: "",
    say: Say = lambda _: None,
) -> list[str]:
    """Deploy, wait, prune; return the workloads that were waited for, as "kind/name".

    timeout: seconds for all roll-outs together; those of a rollback have as many again.
    rollback: bring the last good release back after a failure.
    force_conflicts: take over fields that others own.
    secrets: commands that make Secrets which are not there yet, by the Secrets' names.
    verify: is asked after the roll-outs; a release of which it tells anything has failed.
    say: is called with a line for each step, with the seconds that it took.

    Raises DeployFailed; ValueError when manifests and kubectl are for different namespaces.
    """
    wanted = release.named(manifests)
    kubectl = _within(kubectl, wanted)
    options = ["--force-conflicts"] if force_conflicts else []
    steps = _Steps(say)
    before = release.read(kubectl, RECORD)
    _try(kubectl, wanted, options, steps)
    try:
        _prepare(kubectl, wanted, options, secrets or {}, steps)
        release.apply(kubectl, wanted, *options, manager=MANAGER)
        steps.done(f"applied {len(wanted)} objects of {manifests.source}")
        workloads = _workloads(wanted)
        if workloads:
            rollout(kubectl, *workloads, timeout=timeout)
        steps.done(f"rolled out {', '.join(workloads)}")
        if wrong := verify():
            raise _Unverified(wrong)
    except (KubectlFailed, RolloutFailed, NoSecret, _Unverified) as error:
        steps.done("failed")
        if not rollback:
            raise DeployFailed(f"{manifests.source} does not run.\n{error}", rolled_back=False) from error
        ending = _roll_back(kubectl, before, wanted, timeout, steps)
        told = f"{manifests.source} does not run; {ending or 'the last good release runs again'}.\n{error}"
        raise DeployFailed(told, rolled_back=not ending) from error
    _prune(kubectl, release.gone(before or [], wanted), steps)
    release.write(kubectl, RECORD, wanted)
    return workloads


def _try(kubectl: Kubectl, wanted: Manifests, options: Sequence[str], steps: "_Steps") -> None:
    """Have the server refuse what it will refuse, before anything is changed."""
    # In a namespace that is not there yet the server lets nobody try anything.
    if not kubectl.find("namespace", kubectl.namespace or "default"):
        return
    try:
        release.apply(kubectl, wanted, *options, "--dry-run=server", manager=MANAGER)
    except KubectlFailed as error:
        told = f"the server refuses {wanted.source}, and nothing has been changed.\n{error}"
        raise DeployFailed(told, rolled_back=False) from error
    steps.done("tried on the server")


def _prepare(
    kubectl: Kubectl, wanted: Manifests, options: Sequence[str], secrets: Mapping[str, Sequence[str]], steps: "_Steps"
) -> None:
    namespaces = wanted.of("Namespace")
    if namespaces:
        release.apply(kubectl, namespaces, *options, manager=MANAGER)
    for name, command in secrets.items():
        if make_secret(kubectl, name, command):
            steps.done(f"made the Secret {name}")
    for job in filter(release.is_migration, wanted):
        # It can neither be changed nor started anew; a second try needs another one.
        name = job["metadata"]["name"]
        if (found := kubectl.find("job", name)) and status.of(found).failed:
            kubectl.run("delete", "job", name, "--cascade=foreground")
            steps.done(f"removed the failed job/{name}, to try it again")


def _roll_back(kubectl: Kubectl, before: Manifests | None, failed: Manifests, timeout: float, steps: "_Steps") -> str:
    """Bring the last good release back; return why that was not possible, nothing where it was."""
    if before is None:
        return "there is no earlier release to go back to"
    back = Manifests((item for item in before if not release.is_migration(item)), before.source)
    try:
        # Whoever changed the fields in between was the release that failed.
        release.apply(kubectl, back, "--force-conflicts", manager=MANAGER)
        rollout(kubectl, *_workloads(back), timeout=timeout)
        steps.done(f"rolled back to {', '.join(sorted(back.images()))}")
        _prune(kubectl, [*release.gone(failed, before), *_not_begun(kubectl, failed)], steps)
    except (KubectlFailed, RolloutFailed) as error:
        return f"going back to the last good release failed as well: {error}\nThe first failure was this"
    return ""


def _not_begun(kubectl: Kubectl, failed: Manifests) -> list[Object]:
    """Return the migration Jobs that have not begun, and must not begin when the release is gone.

    One that runs is left alone: a half-done change of a schema is worse than one too many.
    """
    jobs = {job["metadata"]["name"]: job for job in failed if release.is_migration(job)}
    found = {name: kubectl.find("job", name) for name in jobs}
    active = [name for name, job in found.items() if job and not (status.of(job).done or status.of(job).failed)]
    pods = {name: kubectl.get("pods", selector=f"batch.kubernetes.io/job-name={name}") for name in active}
    return [jobs[name] for name in active if all(pod["status"].get("phase") == "Pending" for pod in pods[name])]


def _prune(kubectl: Kubectl, objects: Sequence[Object], steps: "_Steps") -> None:
    if objects:
        release.delete(kubectl, objects)
        steps.done(f"deleted {', '.join(map(show, objects))}")


def _workloads(manifests: Manifests) -> list[str]:
    kinds = {kind: name for name, kind in KINDS.items()}
    return [f"{kinds[item['kind']]}/{item['metadata']['name']}" for item in manifests if item["kind"] in kinds]


def _within(kubectl: Kubectl, manifests: Manifests) -> Kubectl:
    """Return kubectl for the one namespace that the manifests name; where they name none, as it is."""
    named = {item["metadata"]["namespace"] for item in manifests if "namespace" in item["metadata"]}
    if len(named) > 1 or (named and kubectl.namespace not in {None, *named}):
        raise ValueError(
            f"{manifests.source} is for the namespace {', '.join(sorted(named))}, and the deployment for "
            f"{kubectl.namespace or 'one'}; a release has one namespace: `render(…, namespace=…)` sets it"
        )
    return kubectl.within(named.pop()) if named else kubectl


class _Steps:
    """Tells each step as it ends, with the seconds since the one before."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._last = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        self._say(f"{now - self._last:6.1f} s  {what}")
        self._last = now


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    program = shutil.which(options.kubectl)
    try:
        if program is None:
            raise NoTool(f"{options.kubectl} is not installed, or not on PATH; --kubectl names it")
        manifests = render(options.folder, images=dict(options.image), namespace=options.namespace)
        deploy(
            Kubectl(Path(program), options.kubeconfig, options.namespace),
            manifests,
            timeout=options.timeout,
            rollback=options.rollback_on_failure,
            force_conflicts=options.force_conflicts,
            secrets={name: shlex.split(command) for name, command in options.secret_once},
            verify=verified_by(options.verify, options.timeout),
            say=lambda line: print(line, flush=True),
        )
    except (DeployFailed, KubectlFailed, NoTool, ProcessError, RenderFailed, ValueError) as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    return 0


def verified_by(command: str, timeout: float) -> Verify:
    """Return what runs a command, and tells what it said where it fails, is missing, or takes longer (seconds)."""

    def verify() -> str:
        try:
            done = process.run(shlex.split(command), timeout=timeout)
        except ProcessError as error:
            return str(error)
        return f"{command} ended with code {done.code}: {done.output.strip()}" if done.code else ""

    return verify


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m testkit.kube.deploy", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("folder", type=Path, help="what kustomize builds")
    add = parser.add_argument
    add("--image", action="append", type=_pair, default=[], metavar="NAME=REF", help="may be repeated")
    add("--namespace", help="instead of the folder's own")
    add("--kubeconfig", type=Path, required=True)
    add("--kubectl", default="kubectl", help="the program; the one on PATH where not given")
    add("--timeout", type=float, default=300, metavar="SECONDS", help="for all roll-outs; 300")
    add("--rollback-on-failure", action="store_true", help="bring the last good release back")
    add(
        "--verify",
        default="true",
        metavar="COMMAND",
        help="is run after the roll-out; where it fails, the release has failed",
    )
    add("--force-conflicts", action="store_true", help="take over fields that others own")
    add("--secret-once", action="append", type=_pair, default=[], metavar="NAME=COMMAND", help="makes a missing Secret")
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
