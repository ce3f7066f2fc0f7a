"""The app, but counting as shorteners often do: every visit UPDATEs its link's row of the day."""

from types import SimpleNamespace

from django.db.models import F
from django.utils import timezone

from config.wsgi import application
from links import redirects
from links.models import DailyClicks

__all__ = ["application"]


class _UpdatedRow:
    """Takes visits where the embedded app's redirect appends them to the table of hits."""

    def create(self, link_id: int) -> None:
        day = timezone.now().date()
        row = DailyClicks.objects.filter(link_id=link_id, day=day)
        if not row.update(count=F("count") + 1):
            DailyClicks.objects.get_or_create(link_id=link_id, day=day)
            row.update(count=F("count") + 1)


redirects.Hit = SimpleNamespace(objects=_UpdatedRow())  # type: ignore[assignment,attr-defined]
