"""A rolling update to a newer release, whose migration expands the schema, and the rollback, both under steady load."""

from collections.abc import Callable
from dataclasses import dataclass

from testkit.kube.rollout import rollout
from tests.k8s.support.release import PATIENCE, Release
from tests.k8s.support.site import Owner, Site
from tests.k8s.support.traffic import Traffic, traffic
from tests.k8s.support.variants import ADDED, ADDED_COLUMN, EXPANDS, Variants


@dataclass(frozen=True)
class Journey:
    """there, back: the visits during each rollout.

    before, between, after: the versions that the app itself told; wanted: the one in between as it was built.
    migrations: those that were applied then, to the schema on which the old version then ran again.
    created, visited: status of a link made, and followed, through the old version on that schema.
    """

    there: Traffic
    back: Traffic
    wanted: str
    before: str
    between: str
    after: str
    migrations: list[str]
    created: int
    visited: int


def travel(release: Release, site: Site, variants: Variants, owner: Owner, say: Callable[[str], None]) -> Journey:
    """Go there and back; the schema is as before at the end."""
    slug = site.link(owner)
    image, wanted = variants.push("newer", migration=EXPANDS)
    before = site.version()
    try:
        there = _rollout(release, site, slug, image)
        say(f"rolling update: {there.summary()}")
        between = site.version()
        migrations = _applied(release)
        back = _rollout(release, site, slug, None)
        say(f"rollback: {back.summary()}")
        after = site.version()
        created, visited = _use(site, owner)
    finally:
        _contract(release)
    return Journey(there, back, wanted, before, between, after, migrations, created, visited)


def _rollout(release: Release, site: Site, slug: str, image: str | None) -> Traffic:
    with traffic(site, slug) as visitors:
        release.deploy(image=image)
        with visitors.settling():
            rollout(release.kubectl, "deployment/webapp", timeout=PATIENCE, drained=True)
    return visitors


def _use(site: Site, owner: Owner) -> tuple[int, int]:
    """Make a link and follow it, which no cache knows yet."""
    made = site.create(owner)
    return made.status_code, site.get(f"/{made.json().get('slug', 'none')}").status_code


def _applied(release: Release) -> list[str]:
    return release.mysql("SELECT name FROM django_migrations WHERE app = 'links'").split()


def _contract(release: Release) -> None:
    """Take the newer release's migration back, so that the next test finds the schema that it expects."""
    if ADDED not in _applied(release):  # the rollout has failed before it, and that is what should be told
        return
    forget = f"DELETE FROM django_migrations WHERE app = 'links' AND name = '{ADDED}'"
    release.mysql(f"ALTER TABLE links_link DROP COLUMN {ADDED_COLUMN}; {forget}")
