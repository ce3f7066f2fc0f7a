"""Where the layer's subjects are, and what they are called."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TREE = ROOT / "terraform"
MODULES = TREE / "modules"
ENVIRONMENTS = ("staging", "production")
ROOTS = ROOT / "tests" / "terraform" / "roots"
"""Root modules of the tests' own, each put beside the environments in a copy of the tree."""

REGION = "eu-central-1"
ZONES = tuple(f"{REGION}{letter}" for letter in "abc")
REMEDY = "`bootstrap/need terraform` says how Terraform gets here"
