from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "links"

    def ready(self) -> None:
        from links import checks  # noqa: F401, PLC0415  registers them
