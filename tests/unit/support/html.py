"""A page as its reader understands it: words, links, fields and what is announced. No markup is compared anywhere."""

from html.parser import HTMLParser
from typing import Any

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Page(HTMLParser):
    """What is on a page.

    Attributes:
        text: all words, in order, single-spaced.
        fields: names of form fields, with their values (a box that is not ticked: None).
        links: where the page's links lead.
        announced: words that assistive technology reads out by itself (roles alert and status).
        sources: addresses of scripts, styles and images.
        inline: everything that a strict Content-Security-Policy blocks.
        unlabelled: names of fields that a person cannot tell the purpose of.
    """

    def __init__(self, response: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, str | None] = {}
        self.links: list[str] = []
        self.sources: list[str] = []
        self.inline: list[str] = []
        self._words: list[str] = []
        self._announced: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self._ids: dict[str, str] = {}
        self._labelled: set[str] = set()
        self.feed(response.content.decode())

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    @property
    def announced(self) -> str:
        return " ".join(" ".join(self._announced).split())

    @property
    def unlabelled(self) -> set[str]:
        return {name for identifier, name in self._ids.items() if identifier not in self._labelled}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._look_for_inline(tag, given)
        self._look_for_forms(tag, given)
        if tag == "a" and (href := given.get("href")):
            self.links.append(href)
        if tag in {"script", "img"} and (source := given.get("src")):
            self.sources.append(source)
        if tag == "link" and (source := given.get("href")):
            self.sources.append(source)
        if tag not in _VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self._open) and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if any(tag in {"script", "style"} for tag, _ in self._open):
            return
        self._words.append(data)
        if any(attrs.get("role") in {"alert", "status"} for _, attrs in self._open):
            self._announced.append(data)

    def _look_for_inline(self, tag: str, given: dict[str, str | None]) -> None:
        is_data = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in given and not is_data):
            self.inline.append(f"<{tag}>")
        for name, value in given.items():
            if name == "style" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.inline.append(f'<{tag} {name}="{value}">')

    def _look_for_forms(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "label" and (target := given.get("for")):
            self._labelled.add(target)
        name = given.get("name")
        if tag not in {"input", "select", "textarea"} or not name:
            return
        ticked = given.get("type") != "checkbox" or "checked" in given
        self.fields[name] = (given.get("value") or "") if ticked else None
        if given.get("type") != "hidden" and "aria-label" not in given:
            self._ids[given.get("id") or f"{name} has no id"] = name
