"""Show that the Compose stack is watched: drive light load through it, and print what Prometheus sees.

    docker compose --profile monitoring up --detach --wait && python deploy/monitoring.py --seconds 20

Ends with code 1 when a target cannot be scraped.
"""

import argparse
import os
import secrets
import sys
import time
from pathlib import Path

import requests

from testkit import process, wait
from testkit.load import steady_load
from testkit.prometheus import Prometheus

ROOT = Path(__file__).resolve().parents[1]
JOBS = frozenset({"prometheus", "webapp", "mysql", "redis"})

# Visits a second: enough for every panel to have a line, little enough for a laptop to do something else.
RATE = 20
# Seconds between two new links; the stack lets an account make 30 a minute.
BETWEEN_LINKS = 3
# Seconds for the first scrape of everything: an interval, and an exporter that starts.
PATIENCE = 60


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=20, help="of load")
    options = parser.parse_args()
    web = f"http://localhost:{os.environ.get('WEB_PORT', '8000')}"
    prometheus = Prometheus(f"http://localhost:{os.environ.get('PROMETHEUS_PORT', '9090')}")
    try:
        print(f"{options.seconds:g} s of light load on {web} …", flush=True)
        drive(web, options.seconds)
        targets = prometheus.wait_until_all_up(PATIENCE, JOBS)
    except (process.ProcessError, requests.RequestException, wait.WaitTimeout) as error:
        print(f"monitoring: {error}", file=sys.stderr)
        return 1
    for target in sorted(targets, key=str):
        print(f"  {target.health:4}  {target.job:11} {target.instance}")
    print(f"all {len(targets)} targets are up, {_answered(prometheus)}")
    print(f"Prometheus is at {prometheus.url}, alerts at {prometheus.url}/api/v1/alerts")
    print("where its image is the official one, /alerts and /targets are pages for people")
    return 0


def drive(web: str, seconds: float) -> None:
    """Visit links, some of them unknown, and make new ones, for this long."""
    headers = {"Authorization": f"Bearer {_key()}"}
    slug = _link(web, headers)
    with steady_load([f"{web}/{slug}"] * 9 + [f"{web}/nothing-here"], RATE, expect={302, 404}):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            _link(web, headers)
            time.sleep(min(BETWEEN_LINKS, max(left, 0)))


def _key() -> str:
    """Return an API key of an account of this run's own."""
    name = f"load-{secrets.token_hex(4)}"
    for command in ("create_user", "create_api_key"):
        done = process.run(
            ["docker", "compose", "exec", "-T", "webapp", "python", "manage.py", command, name], timeout=60, cwd=ROOT
        )
        if done.code:
            raise process.ProcessError(f"{command} {name} ended with code {done.code}: {done.output}")
    return done.output.split()[-1]


def _link(web: str, headers: dict[str, str]) -> str:
    answer = requests.post(
        f"{web}/api/v1/links", json={"target": "https://example.org/there"}, headers=headers, timeout=15
    )
    answer.raise_for_status()
    return str(answer.json()["slug"])


def _answered(prometheus: Prometheus) -> str:
    found = prometheus.query("sum(strata_redirects_total)")
    return f"{found[0].value:.0f} visits seen" if found else "no visit seen yet"


if __name__ == "__main__":
    sys.exit(main())
