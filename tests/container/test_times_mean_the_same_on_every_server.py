"""Is a moment the same moment on a MySQL that is not on UTC? The server of these tests is nine hours ahead."""

from datetime import UTC, datetime

from testkit.load import steady_load
from tests.container.support.app import App
from tests.container.support.ledger import Ledger
from tests.container.support.owners import Owner
from tests.container.support.stores import SERVER_TIME_ZONE, MySql


def test_an_expiry_with_an_offset_is_kept_as_the_same_moment(app: App, owner: Owner, mysql: MySql) -> None:
    """Red: links expire hours too early or too late."""
    slug = owner.link(app, expires_at="2040-01-31T12:00:00+05:00")
    stored = mysql.value("SELECT expires_at FROM links_link WHERE slug = %s", slug)
    assert stored == datetime(2040, 1, 31, 7), f"12:00+05:00 is stored as {stored}, not as 07:00 UTC"  # noqa: DTZ001
    told = datetime.fromisoformat(owner.ask(app, "GET", f"/{slug}").json()["expires_at"])
    assert told == datetime(2040, 1, 31, 7, tzinfo=UTC), f"12:00+05:00 comes back as {told}"


def test_now_is_now_in_utc_whatever_the_server_thinks(app: App, owner: Owner, mysql: MySql) -> None:
    """Red: the charts' days, and the ages of batches, are off by the server's time zone."""
    slug = owner.link(app)
    off = mysql.value(
        "SELECT ABS(TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP())) FROM links_link WHERE slug = %s", slug
    )
    assert off < 60, f"a link made now is {off} s off UTC in MySQL, whose time zone is {SERVER_TIME_ZONE}"


def test_a_visit_counts_for_the_day_in_utc(app: App, owner: Owner, mysql: MySql, ledger: Ledger) -> None:
    """Red: visits of the evening are shown on the next day."""
    days = {datetime.now(UTC).date()}
    slug = owner.link(app)
    with steady_load(f"{app.url}/{slug}", rate=50, expect={302}) as traffic:
        traffic.wait_for(3, "by the link")
    days.add(datetime.now(UTC).date())
    ledger.settle(traffic)
    rows = mysql.query(
        "SELECT day, count FROM links_dailyclicks JOIN links_link ON links_link.id = link_id WHERE slug = %s", slug
    )
    assert {row["day"] for row in rows} <= days, f"visited on {days} (UTC), counted on {rows}"
