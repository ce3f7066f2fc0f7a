"""The WSGI entry: the app on its own port, metrics on theirs.

The listener a request came in by decides, not the Host header, which any client can write.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

_site = get_wsgi_application()

from links.exposition import metrics_site  # noqa: E402  its models need the apps to be loaded

_METRICS_PORT = str(settings.METRICS_PORT)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    site = metrics_site if environ["SERVER_PORT"] == _METRICS_PORT else _site
    return site(environ, start_response)
