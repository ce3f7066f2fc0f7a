"""Ask what was deployed whether it is there, and whether it is what was meant.

    python -m testkit.delivery.smoke https://shop.example --get / 200 --json /health version 4f1c0d2 --junit smoke.xml

Each question is asked until it is answered as wanted, or the time is over: behind a load balancer the old version may
answer for some seconds more.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import requests

from testkit import wait

Probe = Callable[[], "bool | wait.NotYet"]

# Seconds between two questions.
_EVERY = 0.5


def status(url: str, code: int) -> Probe:
    """Return a probe for the status code of an address."""

    def ask() -> bool | wait.NotYet:
        answer = requests.get(url, timeout=5, allow_redirects=False)
        return answer.status_code == code or wait.NotYet(f"{answer.status_code}: {answer.text[:200]}")

    return ask


def field(url: str, name: str, wanted: str) -> Probe:
    """Return a probe for a field of a JSON answer."""

    def ask() -> bool | wait.NotYet:
        answer = requests.get(url, timeout=5)
        found = answer.json().get(name) if answer.ok else f"status {answer.status_code}"
        return found == wanted or wait.NotYet(f"{name} is {found}")

    return ask


def failures(probes: dict[str, Probe], timeout: float) -> dict[str, str]:
    """Ask each question; return those that were not answered as wanted, with the last answer."""
    found = {}
    for name, probe in probes.items():
        try:
            wait.until(probe, timeout=timeout, every=_EVERY, why=name)
        except (wait.WaitTimeout, requests.RequestException, ValueError) as error:
            found[name] = str(error)
    return found


def junit(probes: Sequence[str], failed: dict[str, str]) -> str:
    """Return the report as JUnit's XML."""
    suite = ET.Element("testsuite", name="smoke", tests=str(len(probes)), failures=str(len(failed)))
    for name in probes:
        case = ET.SubElement(suite, "testcase", classname="smoke", name=name)
        if name in failed:
            ET.SubElement(case, "failure", message=failed[name])
    return ET.tostring(suite, encoding="unicode")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    root = options.url.rstrip("/")
    probes = {f"{path} answers {code}": status(root + path, int(code)) for path, code in options.get}
    for path, name, wanted in options.json:
        probes[f"{path} says {name} {wanted}"] = field(root + path, name, wanted)
    failed = failures(probes, options.timeout)
    if options.junit:
        options.junit.parent.mkdir(parents=True, exist_ok=True)
        options.junit.write_text(junit(list(probes), failed))
    for name in probes:
        print(f"{'FAILED' if name in failed else 'ok'}  {name}{': ' + failed[name] if name in failed else ''}")
    return 1 if failed or not probes else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m testkit.delivery.smoke")
    parser.add_argument("url")
    parser.add_argument("--get", action="append", nargs=2, default=[], metavar=("PATH", "CODE"))
    parser.add_argument("--json", action="append", nargs=3, default=[], metavar=("PATH", "FIELD", "VALUE"))
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="for each question; 60")
    parser.add_argument("--junit", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
