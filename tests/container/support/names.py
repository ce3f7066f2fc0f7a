"""Where things are, and what they are called."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

RUN_LABEL = "strata.run"

REMEDY = "run `make bootstrap images`"

# Where the app looks for its stores on the tests' network.
MYSQL_HOST, REDIS_HOST = "mysql", "redis"
