"""Works inside the app for the programs: makes links, and says what has been counted.

Run by `benchmarks.stand.clerk` with the app's environment; the last line of its output is the answer as JSON.
"""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402  needs the apps to be loaded
from django.db.models import Sum  # noqa: E402

from links import batches  # noqa: E402
from links.models import DailyClicks, Hit, Link  # noqa: E402
from ops.redis import RedisAway  # noqa: E402


def seed(owner: str, number: int) -> dict[str, str]:
    """Makes `number` links of a new user `owner`; returns slug -> target."""
    user = User.objects.create(username=owner)
    links = [Link(slug=f"{owner}-{n}", target=f"https://target.example/{owner}/{n}", owner=user) for n in range(number)]
    Link.objects.bulk_create(links, batch_size=1_000)
    return {link.slug: link.target for link in links}


def counts(owner: str) -> dict[str, int]:
    """Visits to the owner's links in the counts per day; and those, of anybody's links, that still wait."""
    stored = DailyClicks.objects.filter(link__owner__username=owner).aggregate(visits=Sum("count"))["visits"]
    try:
        waiting = batches.waiting().visits
    except RedisAway:  # none configured
        waiting = 0
    return {"stored": stored or 0, "waiting": waiting + Hit.objects.count()}


def remove(owner: str) -> dict[str, int]:
    """Deletes the user with all links and counts."""
    deleted, _ = User.objects.filter(username=owner).delete()
    return {"deleted": deleted}


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks.clerk")
    parser.add_argument("task", choices=["seed", "counts", "remove"])
    parser.add_argument("owner")
    parser.add_argument("--links", type=int, default=0)
    options = parser.parse_args()
    sys.stdout.write(json.dumps(_do(options)) + "\n")


def _do(options: Namespace) -> Mapping[str, object]:
    match options.task:
        case "seed":
            return seed(options.owner, options.links)
        case "counts":
            return counts(options.owner)
        case _:
            return remove(options.owner)


if __name__ == "__main__":
    main()
