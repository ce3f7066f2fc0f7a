"""Do the statistics show every day, with the visits of that day and no others?"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links import charts, services
from links.models import DailyClicks, Link

TODAY = date(2030, 3, 2)


@pytest.fixture
def link(make_link: Callable[..., Link], time_machine: Any) -> Link:
    """A link on TODAY, just before midnight, with visits on some days, and another link's visits beside them."""
    time_machine.move_to(datetime(2030, 3, 2, 23, 59, 59, tzinfo=UTC), tick=False)
    made, other = make_link("spring"), make_link("other")
    for day, count in {date(2030, 2, 1): 100, date(2030, 2, 27): 3, date(2030, 3, 1): 5, TODAY: 7}.items():
        DailyClicks.objects.create(link=made, day=day, count=count)
        DailyClicks.objects.create(link=other, day=day, count=1_000)
    return made


def test_days_without_visits_are_zero(link: Link) -> None:
    """If red, quiet days are left out, and the chart shows a steady stream that never was."""
    assert services.clicks_by_day(link, 5) == [
        (date(2030, 2, 26), 0),
        (date(2030, 2, 27), 3),
        (date(2030, 2, 28), 0),
        (date(2030, 3, 1), 5),
        (TODAY, 7),
    ]


@pytest.mark.parametrize("days", [1, 30, 366])
def test_the_last_day_is_today_in_utc(link: Link, days: int) -> None:
    """If red, today's visits are missing, or there is a day more or less than was asked for."""
    by_day = services.clicks_by_day(link, days)
    assert len(by_day) == days
    assert by_day[-1] == (TODAY, 7)


def test_the_total_holds_all_days(link: Link) -> None:
    """If red, visits older than the chart vanish from the sum."""
    assert services.total_clicks(link) == 115


visits = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


@given(visits)
def test_bars_stay_inside_the_chart(counts: list[int]) -> None:
    """If red, bars overlap, stick out of the drawing, or the chart of a link without visits breaks the page."""
    chart = charts.bars([(TODAY, count) for count in counts])
    assert [bar.clicks for bar in chart.bars] == counts
    for bar, following in zip(chart.bars, [*chart.bars[1:], None], strict=True):
        edge = following.x if following else chart.width
        assert 0 <= bar.x < bar.x + bar.width <= edge, f"{bar} reaches into its neighbour, or out of the chart"
        assert bar.y >= 0, f"{bar} is higher than the chart"
        assert bar.y + bar.height == pytest.approx(chart.height), f"{bar} does not stand on the ground"


@given(visits)
def test_bars_are_as_high_as_their_visits(counts: list[int]) -> None:
    """If red, the chart tells another story than the numbers."""
    chart = charts.bars([(TODAY, count) for count in counts])
    for bar in chart.bars:
        assert bar.height == pytest.approx(chart.height * bar.clicks / chart.ceiling, abs=0.06), (
            f"{bar} is out of scale"
        )
    assert chart.ceiling >= max(counts), f"the scale ends at {chart.ceiling}, under {max(counts)} visits"
    assert chart.half * 2 == chart.ceiling, f"the middle of the scale says {chart.half}, its end {chart.ceiling}"
    assert chart.total == sum(counts)
    assert chart.today.clicks == counts[-1]
