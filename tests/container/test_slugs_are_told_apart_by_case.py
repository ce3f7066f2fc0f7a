"""Does MySQL compare slugs letter by letter? Its default collation would not."""

import uuid

from tests.container.support.app import App
from tests.container.support.owners import Owner
from tests.container.support.stores import DATABASE, MySql


def test_links_that_differ_by_case_alone_lead_to_different_targets(app: App, owner: Owner) -> None:
    """Red: nearly every second generated slug collides with another one, or a visitor lands on a stranger's page."""
    ending = uuid.uuid4().hex
    for slug in (f"aB{ending}", f"Ab{ending}"):
        answer = owner.create(app, f"https://target.example/{slug}", slug=slug)
        assert answer.status_code == 201, (
            f"{slug} was refused with {answer.status_code} {answer.json()['detail']!r} although no link has exactly"
            " this slug: is the slug column's collation still binary?"
        )
    for slug in (f"aB{ending}", f"Ab{ending}"):
        location = app.get(f"/{slug}").headers["Location"]
        assert location.endswith(slug), f"/{slug} leads to {location}: slugs are compared without regard to case"


def test_a_slug_in_the_wrong_case_leads_nowhere(app: App, owner: Owner) -> None:
    """Red: what a link leads to depends on whether the cache (exact) or the database (not exact) is asked."""
    slug = owner.link(app, slug=f"Spring-{uuid.uuid4().hex}")
    status = app.get(f"/{slug.lower()}").status_code
    assert status == 404, f"/{slug.lower()} was answered with {status} because of the link {slug}: collation of slugs"


def test_the_slug_column_has_a_binary_collation(app: App, mysql: MySql) -> None:
    """Red: as above; here the migration's result is read from MySQL's own catalogue."""
    collation = mysql.value(
        "SELECT COLLATION_NAME FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA = %s AND TABLE_NAME = 'links_link' AND COLUMN_NAME = 'slug'",
        DATABASE,
    )
    assert collation == "utf8mb4_bin", f"links_link.slug has the collation {collation}, which is not exact"
