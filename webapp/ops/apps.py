from django.apps import AppConfig
from django.core.signals import request_started


class OpsConfig(AppConfig):
    name = "ops"

    def ready(self) -> None:
        from ops import database  # noqa: PLC0415  its metrics are made when the settings are there

        request_started.connect(database.mend)
