"""Does each alert say how urgent it is, what has happened, and where it is written what to look at first?"""

import re

import pytest

from testkit.prometheus.files import Rule
from tests.unit.monitoring.written import ALERTS, ROOT, RUNBOOKS

IDS = [alert.name for alert in ALERTS]
_URL = re.compile(r"https://[\w.]+/strata/blob/main/(docs/runbooks/[a-z-]+\.md)")


@pytest.mark.parametrize("alert", ALERTS, ids=IDS)
def test_it_says_how_urgent_it_is_and_what_has_happened(alert: Rule) -> None:
    """Red: somebody is woken by a name, or is not woken at all."""
    severity = alert.labels.get("severity")
    assert severity in {"critical", "warning"}, f"{alert.name}: severity is {severity}; wanted: critical or warning"
    for text in ("summary", "description"):
        assert alert.annotations.get(text), f"{alert.name} has no {text}"
    assert alert.text.get("for"), f"{alert.name} has no `for`: one bad scrape wakes somebody"


@pytest.mark.parametrize("alert", ALERTS, ids=IDS)
def test_its_page_exists_and_begins_with_what_to_look_at(alert: Rule) -> None:
    """Red: whoever is woken at night finds a page that is missing, or is about something else."""
    url = alert.annotations.get("runbook_url", "")
    found = _URL.fullmatch(url)
    assert found, f"{alert.name}: runbook_url is {url!r}; wanted: …/strata/blob/main/docs/runbooks/NAME.md"
    page = ROOT / found[1]
    assert page.is_file(), f"{alert.name}: runbook_url leads to {found[1]}, which does not exist"
    text = page.read_text()
    title = text.splitlines()[0]
    assert alert.name in title, f"{found[1]} is about '{title}'; {alert.name} leads there"
    assert "\n## Look first\n" in text, f"{found[1]} does not say what to look at first (## Look first)"


def test_the_list_of_pages_is_whole() -> None:
    """Red: an alert is missing from the list, or has another urgency there."""
    table = (RUNBOOKS / "README.md").read_text()
    for alert in ALERTS:
        rows = [line for line in table.splitlines() if line.startswith("|") and re.search(rf"\b{alert.name}\b", line)]
        assert len(rows) == 1, f"docs/runbooks/README.md has {len(rows)} rows with {alert.name}; one is wanted"
        assert f"| {alert.labels['severity']} |" in rows[0], f"docs/runbooks/README.md: {rows[0]}: another severity"


def test_no_page_is_left_over() -> None:
    """Red: somebody reads a page about an alert that is gone."""
    wanted = {url.rpartition("/")[2] for alert in ALERTS if (url := alert.annotations.get("runbook_url"))}
    there = {page.name for page in RUNBOOKS.glob("*.md")} - {"README.md"}
    assert there == wanted, f"docs/runbooks has {sorted(there - wanted)} that no alert leads to"
