"""Does the picture that people print hold the link's short address, so that a camera can read it?"""

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

import pytest
import segno

from links.models import Link
from tests.unit.support.clients import Browser

# ISO/IEC 18004 asks for four empty modules on every side; without them cameras do not find the code.
QUIET_ZONE = 4
STEP = re.compile(r"([Mmhv])\s*(-?[\d.]+)(?:[\s,]+(-?[\d.]+))?")
Modules = frozenset[tuple[int, int]]


def drawn(svg: bytes) -> Modules:
    """The dark modules of a QR code drawn as horizontal strokes: columns and rows, quiet zone included."""
    paths = [node for node in ET.fromstring(svg).iter() if node.tag.endswith("path") and node.get("stroke")]
    assert len(paths) == 1, f"expected one path of dark modules, found {len(paths)}"
    return frozenset(_strokes(paths[0].get("d") or ""))


def _strokes(path: str) -> Iterator[tuple[int, int]]:
    x = y = 0.0
    for command, first, second in STEP.findall(path):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            assert command == "h", f"a stroke that is not horizontal: {command}"
            yield from ((column, int(y)) for column in range(int(x), int(x + float(first))))
            x += float(first)


def encoded(text: str) -> list[Modules]:
    """What the text looks like as a QR code, at every level of error correction."""
    codes = [
        segno.make(text, error=level, boost_error=boost, micro=False) for level in "LMQH" for boost in (True, False)
    ]
    return [
        frozenset(
            (x + QUIET_ZONE, y + QUIET_ZONE) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
        )
        for code in codes
    ]


@pytest.mark.parametrize("slug", ["spring", "Spring", "x" * 64])
def test_the_code_holds_the_short_address(make_link: Callable[..., Link], slug: str) -> None:
    """If red, a thousand posters lead to another link, to nowhere, or straight to the target without being counted."""
    link = make_link(slug)
    response = Browser().get(f"/{slug}/qr.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert drawn(response.content) in encoded(link.short_url), f"the code does not say {link.short_url}"


def test_codes_of_different_links_differ(make_link: Callable[..., Link]) -> None:
    """If red, the test above compares nothing."""
    for slug in ("spring", "autumn"):
        make_link(slug)
    spring, autumn = (drawn(Browser().get(f"/{slug}/qr.svg").content) for slug in ("spring", "autumn"))
    assert spring
    assert spring != autumn


def test_the_code_may_be_kept(make_link: Callable[..., Link]) -> None:
    """If red, the picture, which never changes, is drawn anew for every look at the page."""
    make_link("spring")
    assert "max-age=86400" in Browser().get("/spring/qr.svg")["Cache-Control"]
