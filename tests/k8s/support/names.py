"""Where things are, and what they are called."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
KUSTOMIZE = ROOT / "deploy" / "kustomize"
LOCAL = KUSTOMIZE / "overlays" / "local"
CLUSTER = ROOT / "deploy" / "cluster"

RUN_LABEL = "strata.run"
REMEDY = "run `make bootstrap images cluster-images`"

# The cluster that `--keep` leaves for the next run; `make cluster` has another one.
KEPT = os.environ.get("STRATA_KEPT_CLUSTER", "strata-kept")

# The local overlay's own; a session has a cluster of its own.
NAMESPACE = "strata"
INGRESS_NAMESPACE = "ingress"

# The name in the overlay's Ingress, as a browser sends it.
HOST = "localhost:8080"
