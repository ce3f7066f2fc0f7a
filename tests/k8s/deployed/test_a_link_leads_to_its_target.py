"""Can a link be made, followed and counted through the ingress?"""

from testkit.wait import NotYet, until
from tests.k8s.support.site import TARGET, Owner, Site

# The flusher folds every 2 s, and a busy machine takes its time.
_COUNTED = 20


def test_a_visitor_is_sent_to_the_target(site: Site, resident: Owner) -> None:
    """Red: links are made and lead nowhere."""
    answer = site.get(f"/{site.link(resident)}")
    got = (answer.status_code, answer.headers.get("Location"))
    assert got == (302, TARGET), f"wanted a 302 to {TARGET}, got {got}: {answer.text[:300]}"


def test_the_visit_is_counted(site: Site, resident: Owner) -> None:
    """Red: the flusher does not run, or does not reach its stores: nobody's visits are counted."""
    slug = site.link(resident)
    assert site.get(f"/{slug}").status_code == 302

    def counted() -> bool | NotYet:
        stored = site.stored(resident, slug)
        return stored == 1 or NotYet(f"{stored} visits in the statistics")

    until(counted, _COUNTED, every=0.2, why="the flusher to fold the one visit into the statistics")
