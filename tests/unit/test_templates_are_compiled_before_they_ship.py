"""Does `manage.py check --deploy`, which the image's build runs, find a template that cannot be rendered?"""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from links import checks


def check() -> None:
    call_command("check", deploy=True, tags=["templates"], stderr=StringIO())


def test_all_of_ours_compile() -> None:
    """If red, a page is answered with 500, and everything that looks at pods calls the release good."""
    check()


@pytest.mark.parametrize("text", ["{% ulr 'home' %}", "{{ name|no_such_filter }}", "{% load nothing %}", "{% if x %}"])
def test_one_that_does_not_is_named(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """If red, a typing mistake in a template is found by visitors."""
    (tmp_path / "typo.html").write_text(text)
    monkeypatch.setattr(checks, "FOLDER", tmp_path)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(SystemCheckError, match=r"typo\.html: .*"):
        check()
