"""What kustomize makes of a folder, as objects, with the images, namespace and patches that the caller wants.

    manifests = render(Path("overlays/local"), images={"shop": "registry.example/shop@sha256:…"}, namespace="pr-7")
    manifests.of("Deployment")                       # a list
    manifests.one("ConfigMap", "webapp")             # found with kustomize's hash behind its name, too
    for owner, template in manifests.pods(): ...     # whatever runs pods
    print(manifests.yaml())

No file of the folder is changed, as `kustomize edit` would do: a throw-away kustomization outside the repository has
the folder as its resource, and adds the rest. So the working tree stays clean, and two runs can build one folder.

kustomize says nothing about an image name that it does not find, and the pinned digest is then simply not used;
`render` fails instead, and lists the images that there are.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from testkit import process
from testkit.kube import tools
from testkit.kube.kubectl import Object

Patch = Mapping[str, Any]
"""An entry of a kustomization's `patches`; its `patch` may be data instead of text."""

# kustomize reads local files only and takes a fraction of a second.
_TIMEOUT = 60

# What kustomize hangs on the names of generated ConfigMaps and Secrets.
_HASH = re.compile(r"-[bcdfghkmt2456789]{10}")

_NUMERIC = frozenset("0123456789+-.")

_REFERENCE = re.compile(
    r"(?P<newName>(?:[\w.-]+(?::\d+)?/)?[\w.-]+(?:/[\w.-]+)*)(?::(?P<newTag>\w[\w.-]*))?(?:@(?P<digest>\w+:\w+))?"
)


class RenderFailed(ValueError):
    """kustomize refused a folder, or the folder lacks what it was to be given."""


class NoSuchObject(LookupError):
    """The manifests do not hold what was asked for; the message lists what they hold."""


class Manifests(list[Object]):
    """The objects that a folder renders to, in kustomize's order."""

    def __init__(self, objects: Iterable[Object], source: Path) -> None:
        super().__init__(objects)
        self.source = source

    def of(self, kind: str) -> list[Object]:
        """Return all objects of a kind."""
        return [item for item in self if item["kind"] == kind]

    def one(self, kind: str, name: str) -> Object:
        """Return one object by its name, with or without kustomize's hash at its end. Raises NoSuchObject."""
        there = {item["metadata"]["name"]: item for item in self.of(kind)}
        if name in there:
            return there[name]
        hashed = [item for full, item in there.items() if full.startswith(name) and _HASH.fullmatch(full[len(name) :])]
        if len(hashed) == 1:
            return hashed[0]
        raise NoSuchObject(
            f"{self.source} has no {kind} {name}; it has {', '.join(sorted(there)) or f'no {kind} at all'}"
        )

    def pods(self) -> list[tuple[Object, Object]]:
        """Return each object that runs pods, with its pod template."""
        return [(item, template) for item in self if (template := template_of(item))]

    def images(self) -> set[str]:
        """Return the image references of all containers, init containers too."""
        return {container["image"] for _, template in self.pods() for container in containers_of(template)}

    def yaml(self) -> str:
        """Return them as kustomize would print them: YAML 1.1, as Kubernetes reads it."""
        return yaml.dump_all(self, Dumper=_Dumper, sort_keys=False, width=120)

    def json(self) -> str:
        """Return them as one List, for `kubectl apply --filename=-`."""
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(self)})


def render(
    folder: Path,
    *,
    images: Mapping[str, str] | None = None,
    namespace: str | None = None,
    components: Sequence[Path] = (),
    patches: Sequence[Patch] = (),
    kustomize: Path | None = None,
) -> Manifests:
    """Build a folder with kustomize.

    images: full references by the name that stands in the manifests.
    namespace: where everything goes; a Namespace object in the folder is renamed.
    components: folders of further components, applied in this order.
    patches: further patches, applied last.
    kustomize: the program; `tools.find` where not given.

    Raises RenderFailed.
    """
    for needed in (folder, *components):
        if not (needed / "kustomization.yaml").is_file():
            raise RenderFailed(f"{needed} has no kustomization.yaml, so it is nothing that kustomize can build")
    wanted = [_image(name, reference) for name, reference in (images or {}).items()]
    with tempfile.TemporaryDirectory(prefix="render-") as scratch:
        beside = Path(scratch).resolve()
        kustomization = {
            "resources": [_seen_from(beside, folder)],
            "components": [_seen_from(beside, component) for component in components],
            "images": wanted,
            "patches": [_patch(patch) for patch in patches],
            **({"namespace": namespace} if namespace else {}),
        }
        (beside / "kustomization.yaml").write_text(json.dumps(kustomization))
        manifests = Manifests(_build(beside, folder, kustomize or tools.find("kustomize")), folder)
    for name, reference in (images or {}).items():
        if reference not in manifests.images():
            there = ", ".join(sorted(manifests.images()))
            raise RenderFailed(
                f"no container of {folder} runs the image {name}, so {reference} is not used; it runs {there}"
            )
    return manifests


def template_of(item: Object) -> Object | None:
    """Return the pod template of an object, None for one that runs no pods."""
    spec = item.get("spec") or {}
    if item["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: Object | None = spec.get("template")
    return template if template and "containers" in template.get("spec", {}) else None


def containers_of(template: Object) -> list[Object]:
    """Return all containers of a pod or a pod template, init containers first."""
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]


def _build(beside: Path, folder: Path, kustomize: Path) -> list[Object]:
    try:
        done = process.run(
            [str(kustomize), "build", str(beside), f"--output={beside / 'built.yaml'}"], timeout=_TIMEOUT
        )
    except process.ProcessError as error:
        raise RenderFailed(f"{folder} could not be built: {error}") from None
    if done.code:
        # The throw-away's own name would only send the reader to a folder that is gone.
        said = done.output.replace(str(beside), "(the throw-away kustomization)").strip()
        raise RenderFailed(f"kustomize cannot build {folder}:\n  {said}")
    return [item for item in yaml.load_all((beside / "built.yaml").read_text(), _Loader) if item]


def _seen_from(beside: Path, folder: Path) -> str:
    # kustomize takes a folder by a relative path only.
    return os.path.relpath(folder.resolve(), beside)


def _image(name: str, reference: str) -> dict[str, str]:
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        raise RenderFailed(f"{reference!r}, for the image {name}, is no image reference: NAME[:TAG][@sha256:DIGEST]")
    return {"name": name, **{part: text for part, text in parts.groupdict().items() if text}}


def _patch(patch: Patch) -> dict[str, Any]:
    text = patch["patch"]
    return {**patch, "patch": text if isinstance(text, str) else json.dumps(text)}


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Safe, and fast where the library was built with it; a date stays the text that it is in Kubernetes."""


class _Dumper(yaml.SafeDumper):
    """Quotes what Go reads as a number or a truth value and Python does not, such as 1e3 and y."""

    def text(self, data: str) -> yaml.ScalarNode:
        style = "|" if "\n" in data else "'" if data[:1] in _NUMERIC or data.lower() in {"y", "n"} else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Dumper.add_representer(str, _Dumper.text)
