"""Draws docs/images/house.svg: what is delivered on the left, the test layer that holds it on the right.

A program and not a drawing, so that a new layer is one line here. `python docs/house.py` writes the picture.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

TARGET = Path(__file__).with_name("images") / "house.svg"
WIDTH, ROW, GAP, TOP = 920, 76, 8, 56


@dataclass(frozen=True)
class Layer:
    """A row: what is delivered, the pytest layer that holds it, and whether both exist yet."""

    delivered: str
    how: str
    tests: str
    question: str
    colour: str
    built: bool = True


LAYERS = [
    Layer("The app", "Django, MySQL, Redis", "tests/unit", "Does the code keep its promises?", "#3f6f8f"),
    Layer("Image and Compose", "Alpine, non-root, read-only", "tests/container", "Do real servers agree?", "#4f8a7b"),
    Layer("Kubernetes", "Kustomize overlays", "tests/k8s", "Does a change lose a request?", "#a08445"),
    Layer("Cloud", "Terraform: VPC and EKS", "tests/terraform", "What would apply really do?", "#a8643f"),
    Layer("Pipeline", "Jenkinsfile", "tests/pipeline", "Do its gates really stop?", "#8a4a4a"),
]

_STYLE = """
  text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #1d2733; }
  .name { font-size: 19px; font-weight: 600; } .how, .asks { font-size: 14px; opacity: .8; }
  .tests { font-size: 16px; font-family: ui-monospace, Menlo, Consolas, monospace; font-weight: 600; }
  .head { font-size: 14px; letter-spacing: .04em; opacity: .7; }
  @media (prefers-color-scheme: dark) { text { fill: #e8edf2; } }
"""


def drawing() -> str:
    """The picture as SVG text."""
    height = TOP + len(LAYERS) * (ROW + GAP) + GAP
    rows = "".join(_row(layer, TOP + index * (ROW + GAP)) for index, layer in enumerate(LAYERS))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' aria-label="Each layer of the delivery and the pytest layer that holds it">'
        f"<style>{_STYLE}</style>"
        '<text class="head" x="24" y="34">WHAT IS DELIVERED</text>'
        f'<text class="head" x="{WIDTH // 2 + 40}" y="34">WHAT HOLDS IT</text>{rows}</svg>\n'
    )


def _row(layer: Layer, y: int) -> str:
    middle = WIDTH // 2
    dash = "" if layer.built else ' stroke-dasharray="6 5"'
    fill = 0.22 if layer.built else 0.06
    later = "" if layer.built else " (to come)"
    box = f'y="{y}" height="{ROW}" rx="10" fill="{layer.colour}" fill-opacity="{fill}" stroke="{layer.colour}"{dash}'
    arrow = f"M{middle - 28} {y + ROW / 2}h42m-10 -6l10 6l-10 6"
    return (
        f'<rect x="8" width="{middle - 40}" {box}/><rect x="{middle + 24}" width="{middle - 32}" {box}/>'
        f'<path d="{arrow}" fill="none" stroke="{layer.colour}" stroke-width="2"/>'
        + _text("name", 28, y + 33, layer.delivered + later)
        + _text("how", 28, y + 56, layer.how)
        + _text("tests", middle + 44, y + 33, layer.tests)
        + _text("asks", middle + 44, y + 56, layer.question)
    )


def _text(kind: str, x: int, y: int, text: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(drawing(), encoding="utf-8")
    print(TARGET)
