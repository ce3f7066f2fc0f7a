"""A kubectl that keeps its objects in files: enough of get, apply, create and delete for what testkit calls.

It answers as a program, which lies in its folder, or within the tests' own process, which takes a tenth of the time.
Each call is noted in calls.jsonl. answers.json holds [pattern, answer] pairs that win over all else, and outcomes.json
what becomes of objects that are applied. An object that is a list in objects.json tells its next state at each look.
"""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple


class Answer(NamedTuple):
    out: str = ""
    err: str = ""
    code: int = 0
    seconds: float = 0


class FakeKubectl:
    """Answers one command."""

    def __init__(self, folder: Path, whole: list[str], text: str) -> None:
        self.folder = folder
        self.args = [arg for arg in whole if not arg.startswith(("--kubeconfig=", "--cache-dir="))]
        self.words = [arg for arg in self.args if not arg.startswith("--")]
        self.text = text
        with (folder / "calls.jsonl").open("a") as calls:
            calls.write(json.dumps({"args": self.args, "input": text, "whole": whole}) + "\n")

    def answer(self) -> Answer:
        for pattern, answer in self.load("answers.json", []):
            if re.search(pattern, " ".join(self.args)):
                return Answer(**answer)
        known = {"get": self.get, "apply": self.apply, "create": self.create, "delete": self.delete}
        verb = self.words[0]
        return known[verb]() if verb in known else Answer(err=f"error: the fake knows no {verb}", code=1)

    def get(self) -> Answer:
        kind, _, name = self.words[1].partition("/")
        name = name or " ".join(self.words[2:])
        objects = self.load("objects.json", {})
        if not name:
            kinds = [plain(one) for one in kind.split(",")]
            found = [self.told(objects, key) for key in objects if key.partition("/")[0] in kinds]
            chosen = [arg.partition("=")[2] for arg in self.args if arg.startswith("--selector=")]
            return Answer(json.dumps({"items": [item for item in found if all(fits(item, one) for one in chosen)]}))
        key = f"{plain(kind)}/{name}"
        if key in objects:
            return Answer(json.dumps(self.told(objects, key)))
        missing = Answer(err=f'Error from server (NotFound): {key} "not found"', code=1)
        return Answer() if "--ignore-not-found" in self.args else missing

    def apply(self) -> Answer:
        items = json.loads(self.text)["items"]
        objects = self.load("objects.json", {})
        for item in items:
            key = f"{plain(item['kind'])}/{item['metadata']['name']}"
            metadata = {"uid": f"uid-of-{key}", "generation": 1, **item["metadata"]}
            objects[key] = {**item, "metadata": metadata, "status": self.outcome(item)}
        if "--dry-run=server" not in self.args:
            self.save("objects.json", objects)
        return Answer()

    def create(self) -> Answer:
        self.text = json.dumps({"items": [json.loads(self.text)]})
        return self.apply()

    def delete(self) -> Answer:
        named: Any = [{"kind": self.words[1], "metadata": {"name": self.words[2]}}] if not self.text else []
        objects = self.load("objects.json", {})
        for item in named or json.loads(self.text)["items"]:
            objects.pop(f"{plain(item['kind'])}/{item['metadata']['name']}", None)
        self.save("objects.json", objects)
        return Answer()

    def outcome(self, item: Any) -> Any:
        """What becomes of an applied object: all goes well, unless a pattern is found in it."""
        for pattern, kind, status in self.load("outcomes.json", []):
            if kind == item["kind"] and re.search(pattern, json.dumps(item)):
                return status
        wanted = item.get("spec", {}).get("replicas", 1)
        done = dict.fromkeys(["replicas", "updatedReplicas", "availableReplicas", "readyReplicas"], wanted)
        return {"observedGeneration": 1, **done, "conditions": [{"type": "Complete", "status": "True"}]}

    def told(self, objects: Any, key: str) -> Any:
        value = objects[key]
        if isinstance(value, list) and len(value) > 1:
            objects[key] = value[1:]
            self.save("objects.json", objects)
        return value[0] if isinstance(value, list) else value

    def load(self, name: str, otherwise: Any) -> Any:
        file = self.folder / name
        return json.loads(file.read_text()) if file.exists() else otherwise

    def save(self, name: str, value: object) -> None:
        (self.folder / name).write_text(json.dumps(value))


def fits(item: Any, selector: str) -> bool:
    labels = item["metadata"].get("labels", {})
    return all(labels.get(one.partition("=")[0]) == one.partition("=")[2] for one in selector.split(","))


def plain(kind: str) -> str:
    kind = kind.lower().partition(".")[0]
    return kind if kind.endswith("ss") else kind.removesuffix("s")


if __name__ == "__main__":
    said = FakeKubectl(Path(sys.argv[0]).parent, sys.argv[1:], sys.stdin.read()).answer()
    print(said.out, end="", flush=True)
    print(said.err, end="", flush=True, file=sys.stderr)
    time.sleep(said.seconds)
    sys.exit(said.code)
