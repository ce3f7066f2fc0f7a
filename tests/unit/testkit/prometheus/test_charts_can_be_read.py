"""Is a chart drawn to scale, with gaps where there is no number, and numbers a person can read?"""

import math
import re

import pytest

from testkit.prometheus.chart import Line, Span, chart, scale, shown

SPAN = Span(0, 600)


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (0.97, 1), (7, 8), (26, 30), (100, 100), (0.0031, 0.004)])
def test_a_scale_ends_at_a_round_number_above_the_highest(highest: float, top: float) -> None:
    """Red: the peak is cut off, or the line lies on the floor."""
    ticks = list(scale(highest))
    assert ticks[0] == 0, f"the scale for {highest} begins at {ticks[0]}"
    assert math.isclose(ticks[-1], top), f"the scale for {highest} ends at {ticks[-1]}; wanted: {top}"
    assert 3 <= len(ticks) <= 6, f"the scale for {highest} has {len(ticks)} lines"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "s", "12.3 ms"),
        (1.5, "s", "1.5 s"),
        (0, "s", "0 s"),
        (0.025, "percentunit", "2.5 %"),
        (18, "reqps", "18"),
        (12345, "ops", "12,345"),
        (math.nan, "s", "–"),
    ],
)
def test_a_number_is_shown_in_its_unit(value: float, unit: str, text: str) -> None:
    """Red: somebody reads seconds where milliseconds are meant."""
    assert shown(value, unit) == text


def test_where_there_is_no_number_there_is_no_line() -> None:
    """Red: an outage looks like a straight line."""
    points = ((0.0, 1.0), (60.0, 1.0), (120.0, math.nan), (180.0, 1.0), (240.0, 1.0))
    lines = re.findall(r"<polyline", chart([Line("a", points)], "s", SPAN))
    assert len(lines) == 2, f"{len(lines)} stretches are drawn around one gap; wanted: 2"


def test_an_empty_chart_says_so() -> None:
    """Red: nothing looks like nought."""
    assert "nothing to show" in chart([], "s", SPAN)
