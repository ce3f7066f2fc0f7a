"""Terraform for tests: a plan is a zip, as the real one is, and its `tfplan` is the JSON that `show` prints.

A program of its own, started by `stand.Stand`. In its root module's folder lie `next.tfplan`, which `plan` gives out,
`state.json`, which `state pull` prints, and `calls`, where it writes down what it was asked.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

folder = Path(sys.argv[1].removeprefix("-chdir="))
verb, *arguments = sys.argv[2:]
with (folder / "calls").open("a") as calls:
    told = [each for each in arguments if not each.startswith("-") or each.startswith("-backend-config")]
    calls.write(" ".join([verb, *told]) + "\n")

if verb == "plan":
    out = next(each.removeprefix("-out=") for each in arguments if each.startswith("-out="))
    prepared = folder / "next.tfplan"
    if prepared.exists():
        Path(out).write_bytes(prepared.read_bytes())
    if not prepared.exists() or (folder / "fails").exists():
        sys.exit("Error: the provider has said no")
elif verb == "show":
    with zipfile.ZipFile(arguments[-1]) as plan:
        print(plan.read("tfplan").decode())
    print("Warning: something for people", file=sys.stderr)
elif verb == "state":
    print((folder / "state.json").read_text() if (folder / "state.json").exists() else "")
elif verb == "apply":
    (folder / "applied").write_text(hashlib.sha256(Path(arguments[-1]).read_bytes()).hexdigest())
