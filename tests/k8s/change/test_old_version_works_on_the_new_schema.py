"""A newer release has expanded the schema, and the old version runs on it: during its rollout and after a rollback.

Which migrations leave the old version working is checked one by one in tests/unit/test_migrations_only_expand.py; here
the running old version meets one.
"""

from tests.k8s.support.journey import Journey
from tests.k8s.support.variants import ADDED


def test_the_old_version_serves_on_the_new_schema(journey: Journey) -> None:
    """Red: a rollback needs a migration back, and each release has minutes in which the old pods fail."""
    applied = ADDED in journey.migrations
    assert applied, f"the newer release's migration was not applied, so this proves nothing: {journey.migrations}"
    journey.there.assert_none_failed("while old pods served on the newer release's schema")
    journey.back.assert_none_failed("while old pods started on the newer release's schema")


def test_the_old_version_writes_on_the_new_schema(journey: Journey) -> None:
    """Red: after a rollback redirects work, out of the cache, and nobody can make a link."""
    told = f"making a link was answered with {journey.created}, following it with {journey.visited}"
    assert (journey.created, journey.visited) == (201, 302), f"the old version on the newer release's schema: {told}"
