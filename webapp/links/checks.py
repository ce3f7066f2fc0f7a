"""What `manage.py check --deploy` looks at beside Django's own checks, which compile no template."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.checks import Error, Tags, register
from django.template import TemplateSyntaxError
from django.template.loader import get_template

FOLDER = Path(__file__).parent / "templates"


@register(Tags.templates, deploy=True)
def templates_compile(**_kwargs: Any) -> list[Error]:
    """Every template can be rendered as far as its words go: each tag, filter and library is there."""
    return list(_errors(FOLDER))


def _errors(folder: Path) -> Iterator[Error]:
    for file in sorted(folder.rglob("*.*")):
        name = str(file.relative_to(folder))
        try:
            get_template(name)
        except TemplateSyntaxError as error:
            yield Error(f"{name}: {error}", hint="the page would be answered with 500", id="links.E001")
