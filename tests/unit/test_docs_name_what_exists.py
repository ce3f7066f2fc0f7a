"""Do the files and verbs that the documentation names exist?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    file.relative_to(ROOT)
    for folder in ("", "docs", "offline", "testkit", "faults", "benchmarks", "deploy/**", "terraform/**", "jenkins")
    for file in ROOT.glob(f"{folder}/*.md" if folder else "*.md")
)
VERBS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# Files that are only there once something has run.
MADE = ("reports/", ".env", ".strata")


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    """Red: a reader follows a link of the documentation into nothing."""
    text = (ROOT / document).read_text()
    targets = [target.partition("#")[0] for target in re.findall(r"\]\((?!\w+:)([^)#\s]+)", text)]
    missing = [target for target in targets if not (ROOT / document.parent / target).exists()]
    assert not missing, f"{document} links to {', '.join(missing)}, which does not exist"


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_file_named_exists(document: Path) -> None:
    """Red: the documentation names the test that holds a promise, and there is no such test."""
    text = (ROOT / document).read_text()
    named = re.findall(r"`((?:tests|webapp|testkit|deploy|terraform|offline|faults|benchmarks|docs)/[\w./-]+)`", text)
    missing = [name for name in named if not (ROOT / name).exists() and not name.startswith(MADE)]
    assert not missing, f"{document} names {', '.join(missing)}, which does not exist"


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_verb_can_be_made(document: Path) -> None:
    """Red: the documentation tells people to run a verb that the Makefile does not have."""
    text = (ROOT / document).read_text()
    lines = re.findall(r"(?:`|^)make ([a-z][a-z0-9 -]*)", text, re.MULTILINE)
    named = {verb for line in lines for verb in line.split()}
    missing = named - VERBS
    assert not missing, f"{document} says `make {' '.join(sorted(missing))}`, which the Makefile does not have"
