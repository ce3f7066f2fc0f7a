"""Are there few panels, each a question, with units that fit what they show?"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from testkit.prometheus.files import Panel
from tests.unit.monitoring.written import DASHBOARDS, PANELS

MOST_PANELS = 8
WIDTH = 24
PLACED = pytest.mark.parametrize(("name", "panel"), PANELS, ids=[f"{name}: {panel.title}" for name, panel in PANELS])

# How an expression ends decides what its number is: the unit for it, in Grafana's words.
UNITS = [
    (re.compile(r"^histogram_quantile\(.*_seconds_bucket"), {"s"}),
    (re.compile(r"_seconds:max$"), {"s"}),
    (re.compile(r"^\(sum .*rate\(.* / sum .*rate\("), {"percentunit"}),
    (re.compile(r"^max\(.* / "), {"percentunit"}),
    (re.compile(r"^strata:sli_errors:ratio\w* / strata:sli_budget:ratio$"), {"short"}),
    (re.compile(r"^sum(?: by \(\w+\))? ?\(rate\("), {"reqps", "ops"}),
    (re.compile(r"^(?:min|max|count)(?: by \(\w+\))? ?\(\w+\)$"), {"short"}),
]


def test_there_are_two_with_few_panels() -> None:
    """Red: at night, nobody finds the one line that matters."""
    assert [file.stem for file in DASHBOARDS] == ["service", "stores"], f"there are {[f.name for f in DASHBOARDS]}"
    many = {name: number for name, number in Counter(name for name, _ in PANELS).items() if number > MOST_PANELS}
    assert not many, f"{many} panels; at most {MOST_PANELS} fit on a screen"


@PLACED
def test_a_panel_is_a_question_that_is_explained(name: str, panel: Panel) -> None:
    """Red: a person sees a line, and not what it means for anybody."""
    assert panel.title.endswith("?"), f"{name}: '{panel.title}' is no question"
    assert panel.description.endswith("."), f"{name}: '{panel.title}' has no description"
    assert panel.queries, f"{name}: '{panel.title}' asks nothing"
    assert all(query.legend for query in panel.queries), f"{name}: '{panel.title}' has a line without a name"


@PLACED
def test_its_unit_fits_its_numbers(name: str, panel: Panel) -> None:
    """Red: milliseconds are read as seconds, or a share as a number of requests."""
    for query in panel.queries:
        fitting = next((units for pattern, units in UNITS if pattern.search(query.expression)), None)
        assert fitting, f"{name}: '{panel.title}': which unit is right for {query.expression}? Tell UNITS of this test"
        assert panel.unit in fitting, f"{name}: '{panel.title}' has the unit {panel.unit}; wanted: {sorted(fitting)}"


@PLACED
def test_a_rate_follows_the_zoom(name: str, panel: Panel) -> None:
    """Red: a range that is shorter than two scrapes shows nothing, one that is too long shows no peak."""
    for query in panel.queries:
        fixed = re.findall(r"\[(?!\$__rate_interval\])[^]]+\]", query.expression)
        assert not fixed, f"{name}: '{panel.title}' has the fixed range {fixed[0]}; wanted: [$__rate_interval]"


@pytest.mark.parametrize("file", DASHBOARDS, ids=[file.stem for file in DASHBOARDS])
def test_it_is_provisioned_and_whole(file: Path) -> None:
    """Red: Grafana shows another dashboard of the same id, asks a source that is not there, or covers panels."""
    board = json.loads(file.read_text())
    assert board["uid"] == f"strata-{file.stem}", f"{file.name}: uid is {board['uid']}; wanted: strata-{file.stem}"
    assert board["timezone"] == "utc", f"{file.name}: timezone is {board['timezone']}; logs are in UTC"
    sources = {panel["datasource"]["uid"] for panel in board["panels"]}
    assert sources == {"prometheus"}, f"{file.name} asks {sources}; the source provisioned is `prometheus`"
    taken = Counter(cell for panel in board["panels"] for cell in _cells(panel["gridPos"]))
    assert max(taken.values()) == 1, f"{file.name}: two panels lie at {taken.most_common(1)[0][0]}"
    assert max(x for x, _ in taken) < WIDTH, f"{file.name}: a panel is wider than the screen"


def _cells(position: dict[str, int]) -> list[tuple[int, int]]:
    x, y = position["x"], position["y"]
    return [(column, row) for column in range(x, x + position["w"]) for row in range(y, y + position["h"])]
